"""A tab as clients must be: it drops what it has, asks again at a hole, and comes back after a loss, on any node.

Used by the fault tests of replies. What must never happen, however badly the network behaves, is an AssertionError.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.factories import Addressed, Json, Person, Socket

LONGEST_S = 30.0
FINAL = frozenset({"complete", "stopped", "interrupted", "failed"})


@dataclass
class Copy:
    """One reply as a tab has it: all parts below `next`, and its last word."""

    text: str = ""
    next: int = 0
    parts: dict[int, str] = field(default_factory=dict)
    message: Json | None = None

    def take(self, part: int, text: str) -> bool:
        """Take a part or see that it is the same as before; False when one is missing in front of it."""
        assert self.message is None or part < self.next, f"part {part} came after the end"
        if part > self.next:
            return False
        if part < self.next:
            assert self.parts.get(part, text) == text, f"part {part} came again with another text"
            return True
        self.parts[part] = text
        self.text += text
        self.next += 1
        return True

    def catch_up(self, text: str, parts: int) -> None:
        """Take the whole text so far, which may only be longer than what was read."""
        if parts >= self.next:
            assert text.startswith(self.text), f"what was read is gone: {self.text!r} became {text!r}"
            self.text, self.next = text, parts

    def end(self, message: Json) -> None:
        """Take the last word; there is only one."""
        if self.message is not None:
            assert self.message == message, "two different ends"
        self.catch_up(message["text"], message["reply"]["parts"])
        assert (self.text, self.next) == (message["text"], message["reply"]["parts"])
        self.message = message


@dataclass
class Tab:
    """One tab of somebody in one room. `ends` counts the ends heard live, `repairs` the holes that it has seen."""

    person: Person
    room: str
    copies: dict[str, Copy] = field(default_factory=lambda: defaultdict(Copy))
    messages: dict[int, Json] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    repairs: int = 0
    _socket: Socket | None = None
    _used: int = 0

    @property
    def socket(self) -> Socket:
        assert self._socket, "not open"
        return self._socket

    async def open(self, node: Addressed | None = None) -> None:
        """Connect to a node and enter the room, or come back to it."""
        await self.enter(await replace(self.person, server=node or self.person.server).connect())

    async def enter(self, socket: Socket) -> None:
        """Enter the room with a socket that stands already."""
        self._socket, self._used = socket, 0
        await self._ask()

    async def drop(self) -> None:
        """Lose the connection; what has arrived by now was read."""
        self._look()
        socket, self._socket = self.socket, None
        await socket.client.eio.disconnect(abort=True)
        socket.gone.set()
        self.person.sockets.remove(socket)  # thousands of tabs would be kept in memory

    def read(self) -> None:
        """Read what has come by now."""
        assert self._look(), "something is missing"

    async def until_part(self, reply_id: str, part: int) -> Copy:
        """Wait until so many parts are here, or the reply has ended."""
        copy = self.copies[reply_id]
        await self.until(lambda: copy.next >= part or copy.message is not None)
        return copy

    async def until_end(self, reply_id: str) -> Json:
        """Wait for the reply's last word."""
        copy = self.copies[reply_id]
        await self.until(lambda: copy.message is not None)
        assert copy.message is not None
        return copy.message

    async def until(self, met: Callable[[], bool]) -> None:
        """Read what comes, and ask for what is missing, until `met`."""
        async with asyncio.timeout(LONGEST_S):
            while not met():
                if not self._look():
                    self.repairs += 1
                    await self._ask()
                elif not met():
                    async with self.socket.news:
                        await self.socket.news.wait_for(lambda: len(self.socket.order) > self._used)

    async def _ask(self) -> None:
        missing = next(((id_, each.next) for id_, each in self.copies.items() if each.message is None), None)
        asked = {"id": missing[0], "part": missing[1]} if missing else None
        last = max(self.messages, default=0)
        self._catch_up(
            await self.socket.ask("conversation.open", conversation_id=self.room, after_seq=last, reply=asked)
        )

    def _catch_up(self, opened: Json) -> None:
        for message in opened["messages"]:
            self._store(message)
        running = opened["reply"]
        if running is None:
            return
        copy = self.copies[running["id"]]
        if running["parts"] is None:
            copy.catch_up(running["text"], running["next_part"])
        for part in running["parts"] or ():
            assert copy.take(part["part"], part["text"]), "a hole in the answer"
        assert copy.next >= running["next_part"]

    def _store(self, message: Json) -> None:
        self.messages[message["seq"]] = message
        if message["reply"]:
            copy = self.copies[message["id"]]
            if message["state"] in FINAL:
                copy.end(message)

    def _look(self) -> bool:
        """Read what has come; False when something is missing."""
        new, self._used = self.socket.order[self._used :], len(self.socket.order)
        results = [self._apply(event, body) for event, body in new if body.get("conversation_id") == self.room]
        return all(results)

    def _apply(self, event: str, body: Json) -> bool:
        match event:
            case "message.added":
                self._store(body["message"])
                return body["message"]["seq"] - 1 in {0, *self.messages}
            case "reply.delta":
                return self.copies[body["reply_id"]].take(body["part"], body["text"])
            case "reply.finished":
                self.ends[body["reply_id"]] += 1
                self.copies[body["reply_id"]].end(body["message"])
                assert (body["parts"], body["length"]) == (
                    body["message"]["reply"]["parts"],
                    len(body["message"]["text"]),
                )
            case "conversation.top":
                return self._has_top(body)
        return True

    def _has_top(self, top: Json) -> bool:
        running = top["reply"]
        behind = running is not None and self.copies[running["id"]].next < running["part"]
        return not behind and top["seq"] <= max(self.messages, default=0)
