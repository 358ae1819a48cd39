"""Secrets in their plain spelling, and where they occur in a text. Pure.

Used by the chat's guard, while a reply is written, and by the built-in tutor, before it gives a hint.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_RELATIONS = frozenset("=<>≤≥")
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that must not be said, plainly spelt.

    `names` are the letters of its formulas: x = 3 is neither x = 30 nor x = 3y nor 2x = 3. Without them, it is a
    secret wherever it stands.
    """

    text: str
    names: str | None = None

    def begins(self, before: str) -> bool:
        """Whether it can begin behind these characters, of which the last two count."""
        first, last = self.text[0], before[-1:]
        if self.names is None or not last:
            return True
        if first in _DIGITS:
            return last not in _DIGITS and last not in "./^-"
        if first in {"-", "√"}:
            return not _is_operand(last)
        if not (first.isascii() and first.isalpha()):
            return True
        is_minus = last == "-" and _is_operand(before[-2:-1])
        return not (_is_operand(last) or last in "+/^√" or is_minus)

    def ends(self, after: str, *, final: bool) -> bool | None:
        """Whether it ends before these characters; None when more of them must be seen, unless they are `final`."""
        if self.names is None or not _is_operand(self.text[-1]):
            return True
        following, second = after[:1], after[1:2]
        if not following:
            return True if final else None
        if following in _DIGITS or following in "/^":
            return False
        if following != "." and following not in self.names:
            return True
        if not second and not final:
            return None
        return second not in _DIGITS if following == "." else second in _RELATIONS


def _is_operand(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look at a text has shown: a secret that it says, and the place where one may be about to begin."""

    said: Secret | None
    hold: int


class Secrets:
    """Some secrets, looked for all at once."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._whole: dict[str, list[Secret]] = {}
        for secret in secrets:
            if secret.text:
                self._whole.setdefault(secret.text, []).append(secret)
        self._beginnings = {text[:size] for text in self._whole for size in range(1, len(text))}

    def __bool__(self) -> bool:
        return bool(self._whole)

    def __iter__(self) -> Iterator[Secret]:
        return (secret for same in self._whole.values() for secret in same)

    def look(self, text: str, before: str = "", *, final: bool = True) -> Sight:
        """Look at a text that stands behind `before` and may go on, unless it is `final`."""
        hold = len(text)
        for start in range(len(text)):
            for secret, ends in self._at(text, start, before, final=final):
                if ends:
                    return Sight(secret, start)
                hold = min(hold, start)
            if not final and text[start:] in self._beginnings:
                hold = min(hold, start)
        return Sight(None, hold)

    def said_in(self, text: str) -> set[str]:
        """The plain texts of the secrets that a whole text says."""
        return {
            secret.text for start in range(len(text)) for secret, ends in self._at(text, start, "", final=True) if ends
        }

    def _at(self, text: str, start: int, before: str, *, final: bool) -> Iterator[tuple[Secret, bool | None]]:
        """The secrets that stand in full at a place, with whether they end there or it is not known yet."""
        for end in range(start + 1, len(text) + 1):
            piece = text[start:end]
            for secret in self._whole.get(piece, ()):
                ends = secret.ends(text[end : end + 2], final=final)
                if ends is not False and secret.begins((before + text[:start])[-2:]):
                    yield secret, ends
            if piece not in self._beginnings:
                return
