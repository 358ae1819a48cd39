"""Keeps secrets out of a reply while it is being written: what could be the beginning of one waits until it is clear.

Pure. `chat/guarded.py` lets every reply run through it that has secrets. Only the tail that a secret could begin in is
held back, so the first words come as soon as without a guard.
"""

from tutor.ai.secrets import Secret, Secrets
from tutor.ai.spelling import Normalise

_TAIL = 200


class Match(Exception):
    """A secret was about to be said; nothing of it was let through."""

    def __init__(self, secret: Secret) -> None:
        super().__init__("a secret was about to be said")
        self.secret = secret


class Guard:
    """Lets a text through piece by piece as long as it says no secret in any spelling.

    `said` is what the reader has already; a secret may not be finished there either.
    """

    def __init__(self, secrets: Secrets, normalise: Normalise, said: str = "") -> None:
        self._secrets = secrets
        self._normalise = normalise
        self._held = f"\n{said[-_TAIL:]}"  # a text begins on a line of its own
        self._known = len(self._held)
        self._before = ""
        spelt = normalise(self._held, final=False)
        self._go_on(*spelt.cut(secrets.look(spelt.text, final=False).hold), spelt.text)

    def feed(self, text: str) -> str:
        """Take the next piece; say what can be shown now.

        Raises:
            Match: a secret was about to be said. The guard is not used any more then.

        """
        self._held += text
        spelt = self._normalise(self._held, final=False)
        sight = self._secrets.look(spelt.text, self._before, final=False)
        if sight.said is not None:
            raise Match(sight.said)
        return self._go_on(*spelt.cut(sight.hold), spelt.text)

    def finish(self) -> str:
        """Say the rest, at the end of the text.

        Raises:
            Match: the rest is a secret.

        """
        spelt = self._normalise(self._held, final=True)
        sight = self._secrets.look(spelt.text, self._before, final=True)
        if sight.said is not None:
            raise Match(sight.said)
        return self._go_on(len(spelt.text), len(self._held), spelt.text)

    def _go_on(self, place: int, raw: int, spelt: str) -> str:
        """Let go of what lies before a place in the plain and the raw text; say what of it is new."""
        shown = self._held[self._known : raw]
        self._before = (self._before + spelt[:place])[-2:]
        self._held = self._held[raw:]
        self._known = max(self._known - raw, 0)
        return shown
