"""The live board: every node keeps the classes that are watched on it, and tells its watchers alone.

News come from all nodes (`news.py`); what they are about is read here, once for all watchers of the class, and only
tiles that differ from what was shown go out. What nobody tells (time that passes, a node that died) is looked for.
"""

import asyncio
from collections.abc import Sequence

import structlog

from tutor.accounts.service import Accounts
from tutor.board.desk import Desk
from tutor.board.facts import FactsReader
from tutor.board.hands import Hands
from tutor.board.messages import ClassBoard, HandsChanged, TilesChanged
from tutor.board.news import ClassNews
from tutor.board.views import hand_view, tile_view
from tutor.chat.places import CLASSES, class_room_of
from tutor.classes.service import Classes
from tutor.core.bus import Bus
from tutor.core.clock import Clock
from tutor.core.messages import Event
from tutor.core.mongo import StoreFault
from tutor.core.rooms import Rooms

log = structlog.get_logger(__name__)

TICK_S = 0.2
EVERY_S = 1.0
MOST_TILES = 8  # in one piece of news, so that it is small and those who need somebody do not wait behind it
BYTES_PER_S = 4000  # to one watcher, however many students are at work
HANDS_BYTES_PER_S = BYTES_PER_S / 2  # of these; hands go first, and are told whole each time
LOOK_S = 5.0
ROLL_S = 4.0  # who has left the class is watched no more after 5 s
REFRESH_S = 30.0
ALONE_S = 3.0
AGAIN_S = 1.0


class Live:
    """The watched classes of this node."""

    def __init__(
        self,
        classes: Classes,
        accounts: Accounts,
        reader: FactsReader,
        hands: Hands,
        rooms: Rooms,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._classes = classes
        self._accounts = accounts
        self._reader = reader
        self._hands = hands
        self._rooms = rooms
        self._bus = bus
        self._clock = clock
        self._desks: dict[str, Desk] = {}
        self._watched = asyncio.Event()
        rooms.watch(CLASSES, self._moved)
        rooms.hear(ClassNews, self._hear)
        bus.when_back(self._fell_behind)

    def __len__(self) -> int:
        return len(self._desks)

    async def open(self, class_id: str) -> ClassBoard:
        """The class as its watchers see it. Whoever asks is in the class's room already."""
        desk = self._desks.setdefault(class_id, Desk(class_id))
        self._watched.set()
        async with desk.loading:
            if not desk.loaded:
                await self._load(desk)
        self._drop_unwatched(desk)
        # Nothing is awaited from here until the answer is on its way, so that all later news come after it.
        return ClassBoard(
            tiles=[tile_view(tile) for tile in desk.shown.values()], hands=[hand_view(hand) for hand in desk.hands]
        )

    async def _load(self, desk: Desk) -> None:
        await self._call_the_roll(desk)
        await self._read(desk)
        desk.hands = await self._hands.of_students(desk.names)
        desk.changes(self._clock.now(), self._clock.monotonic())
        self._plan(desk)
        desk.loaded = True

    # What makes a class worth a look

    def _moved(self, room: str) -> None:
        desk = self._desks.get(room.removeprefix(CLASSES))
        if desk is not None:
            self._drop_unwatched(desk)

    def _drop_unwatched(self, desk: Desk) -> None:
        if not self._rooms.sids(class_room_of(desk.class_id)) and self._desks.get(desk.class_id) is desk:
            del self._desks[desk.class_id]

    def _hear(self, body: bytes) -> None:
        news = ClassNews.model_validate_json(body)
        desk = self._desks.get(news.class_id)
        if desk is None:
            return
        if news.conversation_id is not None:
            desk.stir(news.student_id, news.conversation_id)
        desk.hands_stirred |= news.hands
        if news.writes is not None:
            desk.note_writing(news.student_id, self._clock.now(), self._clock.monotonic(), on=news.writes)
            desk.look_at = 0

    def _fell_behind(self, rooms: Sequence[str]) -> None:
        """News to these rooms were lost."""
        for room in rooms:
            if (desk := self._desks.get(room.removeprefix(CLASSES))) is not None:
                desk.refresh_at = 0

    # From time to time

    async def run(self) -> None:
        """Run for ever: a look at each watched class, a few times a second."""
        while True:
            if not self._desks:
                self._watched.clear()
                await self._watched.wait()
            await self._clock.sleep(TICK_S)
            try:
                for desk in [one for one in self._desks.values() if one.loaded]:
                    await self._round(desk)
            except StoreFault as error:
                log.warning("board_not_read", error=type(error).__name__)
                await self._clock.sleep(AGAIN_S)

    async def _round(self, desk: Desk) -> None:
        moment = self._clock.monotonic()
        if desk.hands_stirred and moment >= desk.hands_due:
            await self._show_hands(desk)
        if moment >= desk.refresh_at:
            await self._refresh(desk)
        elif moment >= desk.roll_at:
            await self._call_the_roll(desk)
        if moment >= desk.due and (desk.stirred or moment >= desk.look_at):
            await self._read(desk)
            self._show_tiles(desk)

    async def _refresh(self, desk: Desk) -> None:
        """Look at everybody again: news may have been lost."""
        await self._call_the_roll(desk)
        for student_id in desk.names:
            desk.stir(student_id)
        desk.hands_stirred = True
        self._plan(desk)

    def _plan(self, desk: Desk) -> None:
        desk.refresh_at = self._clock.monotonic() + (REFRESH_S if self._bus.up else ALONE_S)

    async def _call_the_roll(self, desk: Desk) -> None:
        """Students come into the class and leave it."""
        desk.roll_at = self._clock.monotonic() + ROLL_S
        student_ids = await self._classes.student_ids(desk.class_id)
        people = await self._accounts.names_of(student_ids)
        if desk.name({one: people[one].display_name for one in student_ids if one in people}):
            desk.hands_stirred, desk.look_at = True, 0

    async def _read(self, desk: Desk) -> None:
        """Read whatever was stirred; when that fails, it is still to be read."""
        stirred, desk.stirred = desk.stirred, {}
        if not stirred:
            return
        try:
            read = await self._reader.of(stirred, desk.strangers(stirred))
        except StoreFault:
            desk.stirred = stirred | desk.stirred
            raise
        desk.take(read, self._clock.now())

    def _show_tiles(self, desk: Desk) -> None:
        moment = self._clock.monotonic()
        changed, gone = desk.changes(self._clock.now(), moment, MOST_TILES)
        desk.look_at = moment + LOOK_S if len(changed) < MOST_TILES else 0  # there may be more
        if changed or gone:
            tiles = [tile_view(tile) for tile in changed]
            size = self._send(desk, TilesChanged(class_id=desk.class_id, tiles=tiles, gone=gone))
            desk.due = moment + max(EVERY_S, size / BYTES_PER_S)

    async def _show_hands(self, desk: Desk) -> None:
        desk.hands_stirred = False
        try:
            hands = await self._hands.of_students(desk.names)
        except StoreFault:
            desk.hands_stirred = True
            raise
        if hands != desk.hands:
            desk.hands = hands
            size = self._send(desk, HandsChanged(class_id=desk.class_id, hands=[hand_view(hand) for hand in hands]))
            moment = self._clock.monotonic()
            desk.hands_due = moment + max(EVERY_S, size / HANDS_BYTES_PER_S)
            desk.due = max(desk.due, moment) + size / BYTES_PER_S

    def _send(self, desk: Desk, event: Event) -> int:
        """Tell the watchers on this node; gives the size in bytes."""
        body = event.as_json()
        self._rooms.deliver(class_room_of(desk.class_id), event.event, body, droppable=False)
        return len(body)
