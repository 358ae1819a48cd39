"""Tabs that follow a lesson as clients must: put replies together from numbered parts, and come back after a loss.

Used by `test_lesson.py`. A viewer is strict: a part that comes twice or too early on one connection is a fault.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.factories import Json, Person, Socket

LONGEST_S = 60.0
FINAL = frozenset({"complete", "stopped", "interrupted", "failed"})


@dataclass
class Reading:
    """One reply as far as a viewer has it: all parts below `next`; `message` is its last word."""

    text: str = ""
    next: int = 0
    message: Json | None = None

    def take(self, part: int, text: str) -> None:
        assert part == self.next, f"part {part} came where {self.next} was due"
        self.text += text
        self.next += 1


@dataclass
class Viewer:
    """One tab in one room. `resumed` counts how it caught up: by parts, by the text so far, or after the end."""

    person: Person
    room: str
    readings: dict[str, Reading] = field(default_factory=lambda: defaultdict(Reading))
    resumed: Counter[str] = field(default_factory=Counter)
    _socket: Socket | None = None
    _used: int = 0
    _last_seq: int = 0

    @property
    def socket(self) -> Socket:
        assert self._socket, "not open"
        return self._socket

    async def open(self) -> None:
        """Connect and enter the room, or catch up in it."""
        socket = await self.person.connect()
        asked = next(({"id": id_, "part": each.next} for id_, each in self.readings.items() if not each.message), None)
        opened = await socket.ask("conversation.open", conversation_id=self.room, after_seq=self._last_seq, reply=asked)
        self._catch_up(opened, known=asked is not None)
        self._used = len(socket.order)
        self._apply_early(socket.order[: self._used], known=asked is not None)
        self._socket = socket

    async def drop(self) -> None:
        """Lose the connection, as when the lid of a laptop is closed."""
        socket, self._socket = self.socket, None
        await socket.client.eio.disconnect(abort=True)

    async def until_part(self, reply_id: str, part: int) -> None:
        """Wait until so many parts are here, or the reply has ended."""
        reading = self.readings[reply_id]
        await self._until(lambda: reading.next >= part or reading.message is not None)

    async def until_end(self, reply_id: str) -> Reading:
        """Wait for the reply's last word."""
        reading = self.readings[reply_id]
        await self._until(lambda: reading.message is not None)
        return reading

    async def _until(self, met: Callable[[], bool]) -> None:
        def looked() -> bool:
            new, self._used = self.socket.order[self._used :], len(self.socket.order)
            for event, body in new:
                self._apply(event, body)
            return met()

        async with asyncio.timeout(LONGEST_S), self.socket.news:
            await self.socket.news.wait_for(looked)

    def _apply(self, event: str, body: Json) -> None:
        if event == "message.added":
            self._last_seq = max(self._last_seq, body["message"]["seq"])
        elif event == "reply.delta":
            self.readings[body["reply_id"]].take(body["part"], body["text"])
        elif event == "reply.finished":
            reading = self.readings[body["reply_id"]]
            assert (body["parts"], body["length"]) == (reading.next, len(reading.text)), "something is missing"
            reading.message = body["message"]

    def _apply_early(self, events: list[tuple[str, Json]], *, known: bool) -> None:
        """What came before the answer may be in the answer too, and an end says it all; later, nothing comes twice."""
        ended = {body["reply_id"] for event, body in events if event == "reply.finished"}
        for event, body in events:
            reading = self.readings[body["reply_id"]] if event.startswith("reply.") else Reading()
            if event == "reply.delta" and (body["reply_id"] in ended or body["part"] < reading.next):
                continue
            if event == "reply.finished" and reading.next < body["parts"]:
                reading.text, reading.next = body["message"]["text"], body["parts"]
                self.resumed["by the end"] += known
            self._apply(event, body)

    def _catch_up(self, opened: Json, *, known: bool) -> None:
        for message in opened["messages"]:
            self._last_seq = max(self._last_seq, message["seq"])
            if message["reply"] and message["state"] in FINAL:
                ended = self.readings[message["id"]]
                ended.text, ended.next, ended.message = message["text"], message["reply"]["parts"], message
                self.resumed["after the end"] += known
        running = opened["reply"]
        if running is None:
            return
        reading = self.readings[running["id"]]
        if running["parts"] is None:
            reading.text, reading.next = running["text"], running["next_part"]
            self.resumed["by text"] += known
        else:
            for part in running["parts"]:
                reading.take(part["part"], part["text"])
            assert reading.next == running["next_part"]
            self.resumed["by parts"] += known


@dataclass
class Timings:
    """What a lesson took, for the table: each in seconds."""

    first_part: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    parts: int = 0
    characters: int = 0
    began: float = field(default_factory=time.monotonic)

    def row(self, name: str, viewers: list[Viewer]) -> str:
        """One line of the table."""
        resumed = sum((viewer.resumed for viewer in viewers), Counter[str]())
        took = time.monotonic() - self.began
        first, whole = sorted(self.first_part), sorted(self.whole)
        return (
            f"{name:<14}{len(whole):>4} replies {self.parts:>6} parts {self.characters:>8} characters"
            f" | first part {first[len(first) // 2] * 1000:5.0f} ms, slowest {first[-1] * 1000:5.0f}"
            f" | whole {whole[len(whole) // 2]:5.2f} s, slowest {whole[-1]:5.2f}"
            f" | back {dict(resumed)} | {took:.1f} s in all"
        )
