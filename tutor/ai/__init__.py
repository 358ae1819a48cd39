"""AI services: one `Model` interface, an HTTP client for OpenAI-compatible services, and the built-in tutor."""
