"""One tab as a good client behaves: comes back by itself, catches up, asks again on holes, sends until it is acked.

Mirrors the page's client in Python, so that thousands of them run in one process. Tests make them with `Client.open`.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import aiohttp

from tests.factories import Json, Person, Refused, a_client_id
from tests.faults.history import Acked, History
from tests.faults.view import View
from tests.faults.wire import Lost, Wire

ASK_S = 8.0
PAUSE_S = 0.3
LONGEST_PAUSE_S = 2.0
REPAIR_S = 0.3
PATIENCE_S = 90.0
AGAIN = frozenset({"store_unavailable", "stopping", "busy", "rate_limited", "internal"})
IN_DOUBT = frozenset({"reply_running"})  # the claim of a try of ours that may have been cut
GONE = frozenset({"token_expired", "session_ended", "replaced", "unauthenticated"})
_names = itertools.count(1)


@dataclass
class Client:
    """A person's tab. It goes to `nodes[0]` while that answers, else to the next ones in turn.

    `back_s` are the seconds from each loss until it had caught up, `codes` the close codes, `refused` what
    CONNECTs were refused with, `foreign` the events of rooms that it is not in.
    """

    http: aiohttp.ClientSession
    person: Person
    nodes: Sequence[str]
    history: History
    chance: random.Random
    name: str = ""
    views: dict[str, View] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    codes: list[int | None] = field(default_factory=list)
    wire: Wire | None = None
    back_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    sent_away: str = ""
    _waits: list[tuple[Callable[[], bool], "asyncio.Future[None]"]] = field(default_factory=list)
    _lost_at: float = 0.0
    _up: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: bool = False
    _keeper: asyncio.Task[None] | None = None
    _repairs: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def staff(self) -> bool:
        """Whether it is a teacher's, who sees hidden replies."""
        return bool(self.person.user["role"] == "teacher")

    def __post_init__(self) -> None:
        self.name = self.name or f"{self.person.user['role'][0]}{next(_names)}"

    async def start(self) -> None:
        """Connect for the first time, and stay connected from then on."""
        self._keeper = asyncio.create_task(self._keep())
        async with asyncio.timeout(PATIENCE_S):
            await self._up.wait()

    async def close(self) -> None:
        """Leave for good."""
        self._closing = True
        tasks = [task for task in (self._keeper, *self._repairs.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.wire is not None:
            await self.wire.close()

    def drop(self) -> None:
        """Lose the connection, as when a laptop's lid is closed; the client comes back by itself."""
        if self.wire is not None:
            self.wire.abort()

    # The connection

    async def _keep(self) -> None:
        turn, tries = 0, 0
        while not self._closing:
            try:
                await self._connect(self.nodes[turn % len(self.nodes)])
            except (Lost, Refused, TimeoutError) as error:
                self.history.add(self.name, "down", str(error))
                self.refused += [error.code] if isinstance(error, Refused) else []
                tries, turn = tries + 1, turn + 1
                await self._pause(tries)
                continue
            turn, tries = 0, 0
            await self._stay()

    async def _connect(self, address: str) -> None:
        wire = await Wire.open(self.http, address, self.person.access_token, self._hear)
        self.wire = wire
        self.history.add(self.name, "up", address)
        try:
            for view in self.views.values():
                await self._open(wire, view)
        except (Lost, Refused, TimeoutError):
            await wire.close()
            raise
        if self._lost_at:
            self.back_s.append(time.monotonic() - self._lost_at)
        self._up.set()

    async def _stay(self) -> None:
        wire = self.wire
        if wire is None:
            return
        await wire.closed.wait()
        self._up.clear()
        self._lost_at = time.monotonic()
        self.codes.append(wire.code)
        self.history.add(self.name, "down", f"closed {wire.code} {wire.bye}")
        bye = wire.bye or {}
        if bye.get("code") in GONE:
            self.sent_away, self._closing = bye["code"], True
        elif not self._closing:
            await asyncio.sleep(bye.get("after_ms", 0) / 1000)

    async def _pause(self, tries: int) -> None:
        await asyncio.sleep(self.chance.uniform(0.2, 1) * min(PAUSE_S * 2**tries, LONGEST_PAUSE_S))

    # Rooms

    async def enter(self, conversation_id: str) -> View:
        """Open a room and follow it from now on."""
        view = self.views.setdefault(conversation_id, View(conversation_id, staff=self.staff))
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                await self._open(await self._wire(), view)
            except (Lost, Refused, TimeoutError):
                if time.monotonic() > deadline:
                    raise
                await self._pause(1)
            else:
                return view

    async def _open(self, wire: Wire, view: View) -> None:
        known = view.running
        answer = await wire.ask(
            "conversation.open",
            ASK_S,
            conversation_id=view.conversation_id,
            after_seq=view.last_seq,
            reply=None if known is None else {"id": known[0], "part": known[1]},
        )
        self.history.add(self.name, "event", "opened", {"asked": known, **answer})
        view.opened(answer)
        self._look(view)

    def _hear(self, event: str, body: Json) -> None:
        self.history.add(self.name, "event", event, body)
        conversation_id = body.get("conversation_id")
        if conversation_id is None:
            return
        view = self.views.get(conversation_id)
        if view is None:
            self.foreign.append(f"{event} of {conversation_id}")
            return
        view.hear(event, body)
        self._look(view)

    def _look(self, view: View) -> None:
        """Something has come: tell those who wait, and ask again for what is missing."""
        for met, done in self._waits:
            if not done.done() and met():
                done.set_result(None)
        if view.holes and view.conversation_id not in self._repairs and not self._closing:
            self._repairs[view.conversation_id] = asyncio.create_task(self._repair(view))

    async def _repair(self, view: View) -> None:
        """Ask again for what is missing; what is on its way gets a moment first."""
        try:
            await asyncio.sleep(REPAIR_S)
            while view.holes and self.wire is not None and not self.wire.closed.is_set():
                self.history.add(self.name, "invoke", "repair", {"seq": view.last_seq, "top": view.top})
                try:
                    await self._open(self.wire, view)
                except (Lost, Refused, TimeoutError) as error:
                    self.history.add(self.name, "unknown", "repair", {"why": str(error)})
                await asyncio.sleep(REPAIR_S)
        finally:
            self._repairs.pop(view.conversation_id, None)

    # Commands

    async def _wire(self) -> Wire:
        async with asyncio.timeout(PATIENCE_S):
            await self._up.wait()
        assert self.wire is not None
        return self.wire

    async def ask(self, command: str, **payload: object) -> Json:
        """A command that may be repeated, until it is answered. Raises: Refused, TimeoutError."""
        self.history.add(self.name, "invoke", command, payload)
        deadline = time.monotonic() + PATIENCE_S
        again = AGAIN
        while True:
            wire = await self._wire()
            try:
                data = await wire.ask(command, ASK_S, **payload)
            except Refused as error:
                if error.code not in again or time.monotonic() > deadline:
                    self.history.add(self.name, "fail", command, {"code": error.code})
                    raise
                self.history.add(self.name, "unknown", command, {"code": error.code})
                await asyncio.sleep(min(float(error.details.get("retry_after_s", PAUSE_S)), LONGEST_PAUSE_S))
            except (Lost, TimeoutError) as error:
                self.history.add(self.name, "unknown", command, {"why": repr(error)})
                if time.monotonic() > deadline:
                    raise
                again = AGAIN | IN_DOUBT
                await self._after_silence(wire)
            else:
                self.history.add(self.name, "ok", command, data)
                return data

    async def _after_silence(self, wire: Wire) -> None:
        """A node that does not answer is left; so is a dead connection."""
        wire.abort()
        async with asyncio.timeout(PATIENCE_S):
            await wire.closed.wait()
        await asyncio.sleep(0)

    async def converse(self, **fields: object) -> str:
        """A new conversation, entered; returns its id."""
        created = await self.ask("conversation.create", client_id=a_client_id(), subject="math", **fields)
        conversation_id: str = created["conversation"]["id"]
        await self.enter(conversation_id)
        return conversation_id

    async def say(self, conversation_id: str, text: str, client_id: str = "") -> Acked:
        """Send a message until it is acknowledged, and write that down. Raises: Refused, TimeoutError."""
        client_id = client_id or a_client_id()
        began = time.monotonic()
        answer = await self.ask("message.send", conversation_id=conversation_id, client_id=client_id, text=text)
        reply = answer["reply"]
        acked = Acked(
            conversation_id,
            client_id,
            text,
            answer["message"],
            reply["id"] if reply else None,
            time.monotonic() - began,
        )
        self.history.acked.append(acked)
        return acked

    # Waiting

    async def until_part(self, conversation_id: str, reply_id: str, part: int, within_s: float = 60.0) -> None:
        """Wait until so many parts are here, or the reply has ended."""
        reading = self.views[conversation_id].reading(reply_id)
        await self._until(lambda: reading.next >= part or reading.final, within_s)

    async def until_final(self, conversation_id: str, reply_id: str, within_s: float = 60.0) -> Json:
        """Wait for the reply's final message, and return it."""
        view = self.views[conversation_id]
        await self._until(lambda: view.reading(reply_id).final, within_s)
        return next(message for message in view.messages.values() if message["id"] == reply_id)

    async def _until(self, met: Callable[[], bool], within_s: float) -> None:
        if met():
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits.append(wait := (met, done))
        try:
            async with asyncio.timeout(within_s):
                await done
        finally:
            self._waits.remove(wait)
