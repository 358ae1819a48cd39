"""Tells those who keep records that somebody reads another's conversation, and waits until it is written down.

`reading.py` says so; the records, a floor above, listen.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tutor.chat.models import Conversation
from tutor.core.caller import Caller


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is not its student reads a conversation; `why` is their own word for it."""

    reader: Caller
    conversation: Conversation
    why: str | None = None


Listener = Callable[[Visit], Awaitable[None]]


class Visits:
    """Who wants to know."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call the listener at every visit from now on. What it raises goes to the reader, who then sees nothing."""
        self._listeners.append(listener)

    async def tell(self, visit: Visit) -> None:
        """Somebody is about to read; a student's own conversations are nobody's business."""
        if visit.reader.id == visit.conversation.student_id:
            return
        for listener in self._listeners:
            await listener(visit)
