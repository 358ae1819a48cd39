"""What any room may stand on: errors, messages, tokens, HTTP, sockets, stores. No school word lives in here."""
