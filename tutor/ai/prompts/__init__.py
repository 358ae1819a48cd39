"""The tutor's instructions as versioned templates, one file a language.

`chat/prompts.py` renders them, and `ai/continuing.py` those that continue a reply.
"""
