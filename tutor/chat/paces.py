"""Tells those who keep records how a reply was written. `reply.py` says so at its end."""

from collections.abc import Callable, Sequence

from tutor.chat.models import Message

# Pairs: milliseconds since the reply was stored, and how many characters it had then.
Marks = Sequence[tuple[int, int]]
Listener = Callable[[Message, Marks], None]


class Paces:
    """Who wants to know, on this node."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call the listener at the end of every reply from now on."""
        self._listeners.append(listener)

    def tell(self, reply: Message, marks: Marks) -> None:
        """A reply has ended."""
        for listener in self._listeners:
            listener(reply, marks)
