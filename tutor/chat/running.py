"""A reply while it is being written on this node. `reply.py` makes it; `delivery.py` and `keeper.py` work on it."""

import asyncio
from dataclasses import dataclass, field, replace

from tutor.ai.model import Prompt
from tutor.chat.models import Message, Reply


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True)
class Running:
    """A reply that this node is writing: its text so far, and the task to cancel when it is stopped.

    `pending` is text that was not shown yet, `parts` what was; a part `in_flight` is on its way between them. `logged`
    counts the parts in Redis; `saved` counts the characters in MongoDB, written there at `saved_at` (monotonic
    seconds). `stored` is set once question and reply are in MongoDB, `quiet` while nothing is pending. When it is
    `ending`, its end may be read in MongoDB at any moment. While it is `held`, what is pending is not shown; `holds`
    counts how often it was held or released, and when it is `over`, nothing can be held any more. `marks`
    say at which time of the loop it had how many characters.
    """

    message: Message
    facts: Reply
    prompt: Prompt
    student_id: str
    pending: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    marks: list[tuple[float, int]] = field(default_factory=list)
    characters: int = 0
    logged: int = 0
    saved: int = 0
    saved_at: float = 0
    in_flight: bool = False
    stopped: bool = False
    gone: bool = False
    ending: bool = False
    cancelled: bool = False
    held: bool = False
    holds: int = 0
    over: bool = False
    task: asyncio.Task[None] | None = None
    work: asyncio.Task[None] | None = None
    stored: asyncio.Event = field(default_factory=asyncio.Event)
    quiet: asyncio.Event = field(default_factory=_set_event)
    released: asyncio.Event = field(default_factory=_set_event)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def show(self, text: str) -> None:
        """The next part was shown."""
        self.parts.append(text)
        self.characters += len(text)
        self.marks.append((asyncio.get_running_loop().time(), self.characters))

    def pace(self, age_s: float) -> list[tuple[int, int]]:
        """How it was written: milliseconds since it was stored, `age_s` seconds ago, and characters by then."""
        now = asyncio.get_running_loop().time()
        return [(max(0, round((age_s - now + at) * 1000)), characters) for at, characters in self.marks]

    @property
    def withheld(self) -> str:
        """What was written and is not shown."""
        return "".join(self.pending) if self.held else ""

    def hide(self) -> None:
        """Show it to teachers alone. To be called before it is stored."""
        self.facts = replace(self.facts, hidden=True)
        self.message = replace(self.message, reply=self.facts)

    def hold(self, holds: int) -> bool:
        """Hear how often it was held or released by now: odd when it is to be held; older words change nothing.

        True when it was released just now, and has something to show.
        """
        if holds <= self.holds or self.over:
            return False
        self.holds = holds
        self.held = holds % 2 == 1
        if self.held:
            self.released.clear()
        else:
            self.released.set()
        return not self.held

    async def until_released(self) -> None:
        """Wait while it is held; nothing can be held after that."""
        await self.released.wait()
        self.over = True

    def withhold(self) -> str:
        """Take away what was held back to the end, so that it is never shown."""
        text = self.withheld
        if self.held:
            self.held = False
            self.pending.clear()
            if not self.in_flight:
                self.quiet.set()
        return text

    def stop(self) -> None:
        """Cancel the writing because somebody asked for it."""
        self.stopped = True
        self.interrupt()

    def give_up(self) -> None:
        """Cancel the writing because it is not ours to end: another node has it, or it was never stored."""
        self.gone = True
        self.pending.clear()
        self.quiet.set()
        self.stored.set()
        self.interrupt()

    def interrupt(self) -> None:
        """Cancel the writing, once: a second cancellation could leak the connection to the AI service."""
        if not self.cancelled:
            self.cancelled = True
            if self.task is not None:
                self.task.cancel()
