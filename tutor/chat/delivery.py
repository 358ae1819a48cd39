"""The way of a reply's text to its viewers: gathered for a moment, logged in Redis, and only then shown.

The parts of all replies of this node go together, many in one call. Because a part is logged before anybody sees it, a
node that takes a reply over knows all that was read, and a node that lost a reply shows nothing more of it.
Used by `reply.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tutor.chat.messages import ReplyDelta
from tutor.chat.models import Message
from tutor.chat.parts import Append, Appended, Hint, PartsLog
from tutor.chat.running import Running
from tutor.core.bus import Bus
from tutor.core.rooms import Rooms

Save = Callable[[list[Running]], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """The next part of one reply, on its way."""

    running: Running
    room: str
    number: int
    text: str
    body: bytes
    append: Append


class Delivery:
    """Shows the text of running replies. A reply's first part leaves at once, the others every `part_s` seconds.

    `save` keeps what Redis could not take in MongoDB, and says whether it did.
    """

    def __init__(
        self, log: PartsLog, rooms: Rooms, bus: Bus, room_of: Callable[[Message], str], save: Save, part_s: float
    ) -> None:
        self._log = log
        self._rooms = rooms
        self._room_of = room_of
        self._bus = bus
        self._save = save
        self._part_s = part_s
        self._now: dict[str, Running] = {}
        self._soon: dict[str, Running] = {}
        self._news = asyncio.Event()
        self._first_news = asyncio.Event()

    def add(self, running: Running, text: str) -> None:
        """Take the next piece of a reply."""
        running.pending.append(text)
        running.quiet.clear()
        self.wake(running)

    def wake(self, running: Running) -> None:
        """See to what a reply has pending, unless it is held, or not stored yet: nothing is shown before that."""
        if not running.stored.is_set() or not running.pending or running.in_flight or running.held:
            return
        if running.parts:
            self._soon[running.message.id] = running
            self._news.set()
        else:
            self._hurry(running)

    def _hurry(self, running: Running) -> None:
        self._now[running.message.id] = running
        self._first_news.set()

    async def flush(self, running: Running) -> None:
        """Wait until all that was added is shown."""
        if running.pending and not running.in_flight:
            self._hurry(running)
        await running.quiet.wait()

    async def run(self) -> None:
        """Run for ever: a round of parts every `part_s` seconds."""
        loop = asyncio.get_running_loop()
        next_at = loop.time()
        while True:
            await self._news.wait()
            await asyncio.sleep(max(next_at - loop.time(), 0))
            next_at = loop.time() + self._part_s
            due, self._soon = list(self._soon.values()), {}
            self._news.clear()
            await self._round(due)

    async def run_ahead(self) -> None:
        """Run for ever: the first and the last parts of replies, which wait for no round."""
        while True:
            await self._first_news.wait()
            due, self._now = list(self._now.values()), {}
            self._first_news.clear()
            await self._round(due)

    async def _round(self, due: list[Running]) -> None:
        parcels = [self._parcel(one) for one in due if one.pending and not one.in_flight and not one.held]
        if not parcels:
            return
        outcomes = await self._log.append([parcel.append for parcel in parcels])
        refused = await self._unsafe(
            [
                parcel
                for parcel, outcome in zip(parcels, outcomes, strict=True)
                if outcome == "down" and parcel.number == 0
            ]
        )
        for parcel, outcome in zip(parcels, outcomes, strict=True):
            if parcel in refused:
                parcel.running.pending.insert(0, parcel.text)
                parcel.running.in_flight = False
                self._soon[parcel.running.message.id] = parcel.running
                self._news.set()
            else:
                self._settle(parcel, outcome)

    async def _unsafe(self, firsts: list[Parcel]) -> list[Parcel]:
        """First parts that neither Redis nor MongoDB took. Who takes a reply over and finds no part begins it anew."""
        if not firsts:
            return []
        for parcel in firsts:
            parcel.running.parts.append(parcel.text)
        saved = await self._save([parcel.running for parcel in firsts])
        for parcel in firsts:
            parcel.running.parts.pop()
        return [] if saved else firsts

    def _parcel(self, running: Running) -> Parcel:
        message, number, text = running.message, len(running.parts), "".join(running.pending)
        running.pending.clear()
        running.in_flight = True
        delta = ReplyDelta(conversation_id=message.conversation_id, reply_id=message.id, part=number, text=text)
        body = delta.as_json()
        room = self._room_of(message)
        payload = self._bus.payload(ReplyDelta.event, body, droppable=True)
        hint = Hint(self._bus.channel(room), self._bus.ears(room), payload)
        texts = [*running.parts[running.logged :], text]
        return Parcel(
            running, room, number, text, body, Append(message.id, running.facts.fence, running.logged, texts, hint)
        )

    def _settle(self, parcel: Parcel, outcome: Appended) -> None:
        running = parcel.running
        running.in_flight = False
        if running.gone:
            return
        if outcome == "fenced":
            running.give_up()
            return
        running.show(parcel.text)
        if outcome == "ok":
            running.logged = len(running.parts)
        else:
            self._bus.missed(parcel.room)
        if outcome == "hole":  # Redis has lost what it had: it gets everything again
            running.logged = 0
        self._rooms.deliver(parcel.room, ReplyDelta.event, parcel.body, droppable=True)
        if running.pending:
            self.wake(running)
        else:
            running.quiet.set()
