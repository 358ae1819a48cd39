"""The built-in tutor: answers without any AI service, for certain or not at all.

`engine` is the Model that the server sees, `answerkeys` knows what a hint must not say, and `normal` when a problem is
a new one. The first two talk to worker processes (`worker` here, `desk` there). In the worker, `dialogue` reads the
question (`wishes`, `reader`, `parser`), solves it (one module a family), judges answers (`judge`), writes the lesson
(`board`, with the sentences of `wording` and `phrases`; `likeness` has the examples) and makes the `keys` to problems.
"""

from tutor.ai.embedded.answerkeys import AnswerKeys
from tutor.ai.embedded.engine import EmbeddedModel

__all__ = ["AnswerKeys", "EmbeddedModel"]
