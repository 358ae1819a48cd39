"""Why the built-in tutor does not take a question. Raised in the worker process, worded by `wording.REFUSALS`."""

from typing import Literal

Reason = Literal["unknown", "too_long", "ambiguous", "beyond", "zero_division", "unverified"]


class CannotSolve(Exception):
    """The question is outside what the tutor can solve for certain. `reason` names the sentence for the student."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
