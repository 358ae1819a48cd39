"""The built-in tutor: answers without any AI service, for certain or not at all.

`engine` is the Model that the server sees; it talks to worker processes (`worker` here, `desk` there). In the worker,
`dialogue` reads the question (`reader`, `parser`), solves it (one module a family), judges answers (`judge`) and writes
the lesson (`board`, with the sentences of `wording` and `phrases`).
"""

from tutor.ai.embedded.engine import EmbeddedModel

__all__ = ["EmbeddedModel"]
