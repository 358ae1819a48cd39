"""A reply while it is being written on this node: its parts so far, and how it is stopped. Kept by `reply.py`."""

import asyncio
from dataclasses import dataclass, field

from tutor.chat.models import Message, Reply


@dataclass(slots=True)
class Running:
    """A reply that this node is writing: its parts so far, and the task to cancel when it is stopped."""

    message: Message
    facts: Reply
    parts: list[str] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    characters: int = 0
    logged: int = 0
    stopped: bool = False
    cancelled: bool = False
    task: asyncio.Task[None] | None = None
    work: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None
    last_part_at: float = 0
    renewed_at: float = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def stop(self) -> None:
        """Cancel the writing because somebody asked for it."""
        self.stopped = True
        self.interrupt()

    def interrupt(self) -> None:
        """Cancel the writing, once: a second cancellation could leak the connection to the AI service."""
        if not self.cancelled:
            self.cancelled = True
            if self.task is not None:
                self.task.cancel()
