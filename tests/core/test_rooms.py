"""Rooms of one node: who is in them, and that an event reaches each member once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from tutor.core.caller import Caller
from tutor.core.frames import Frame, event_frame
from tutor.core.messages import Event, NodeEvent
from tutor.core.rooms import Rooms


class Rang(Event):
    event: ClassVar[str] = "bell.rang"
    times: int


@dataclass
class Wire:
    """Remembers what left: to sockets, and as hints."""

    posted: list[tuple[str, Frame, bool]] = field(default_factory=list)
    hints: list[tuple[Any, ...]] = field(default_factory=list)

    def post(self, sids: Iterable[str], frame: Frame, *, droppable: bool = False) -> None:
        self.posted.extend((sid, frame, droppable) for sid in sids)

    def publish(self, room: str, name: str, body: bytes, *, droppable: bool) -> None:
        self.hints.append(("publish", room, name, body, droppable))

    async def subscribe(self, room: str) -> None:
        self.hints.append(("subscribe", room))

    async def unsubscribe(self, room: str) -> None:
        self.hints.append(("unsubscribe", room))


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def rooms(wire: Wire) -> Rooms:
    return Rooms(wire.post, wire)


def a_caller(name: str) -> Caller:
    return Caller(name, "student", name, "zh", "session", datetime.now(UTC))


MING, HONG = a_caller("ming"), a_caller("hong")


async def test_an_event_reaches_every_socket_in_the_room_and_leaves_as_a_hint(rooms: Rooms, wire: Wire) -> None:
    await rooms.enter("a", MING, "hall")
    await rooms.enter("b", HONG, "hall")
    await rooms.enter("c", HONG, "yard")
    rooms.send("hall", Rang(times=2), droppable=True)
    frame = event_frame("bell.rang", b'{"times":2}')
    assert wire.posted == [("a", frame, True), ("b", frame, True)]
    assert wire.hints[-1] == ("publish", "hall", "bell.rang", b'{"times":2}', True)


async def test_an_event_of_another_node_is_not_sent_back(rooms: Rooms, wire: Wire) -> None:
    await rooms.enter("a", MING, "hall")
    rooms.deliver("hall", "bell.rang", b'{"times":1}', droppable=False)
    assert wire.posted == [("a", event_frame("bell.rang", b'{"times":1}'), False)]
    assert [hint[0] for hint in wire.hints] == ["subscribe"]


async def test_everybody_in_a_room_gets_the_very_same_bytes(rooms: Rooms, wire: Wire) -> None:
    for number in range(30):
        await rooms.enter(str(number), MING, "hall")
    rooms.send("hall", Rang(times=2))
    assert len(wire.posted) == 30
    assert len({id(frame) for _, frame, _ in wire.posted}) == 1


async def test_news_of_this_node_stays_here(rooms: Rooms, wire: Wire) -> None:
    await rooms.enter("a", MING, "hall")
    rooms.send_here("hall", Rang(times=2), droppable=True)
    rooms.send_here("yard", Rang(times=2))
    assert wire.posted == [("a", event_frame("bell.rang", b'{"times":2}'), True)]
    assert [hint[0] for hint in wire.hints] == ["subscribe"]


async def test_an_empty_room_costs_only_the_hint(rooms: Rooms, wire: Wire) -> None:
    rooms.send("hall", Rang(times=1))
    assert wire.posted == []
    assert wire.hints == [("publish", "hall", "bell.rang", b'{"times":1}', False)]


async def test_entering_twice_is_being_there_once(rooms: Rooms, wire: Wire) -> None:
    await rooms.enter("a", MING, "hall")
    await rooms.enter("a", MING, "hall")
    rooms.send("hall", Rang(times=1))
    assert len(wire.posted) == 1
    await rooms.leave("a", "hall")
    assert rooms.count == 0


async def test_a_person_with_two_tabs_is_present_once(rooms: Rooms) -> None:
    for sid, person in (("a", MING), ("b", HONG), ("c", MING)):
        await rooms.enter(sid, person, "hall")
    assert rooms.present("hall") == [MING, HONG]
    assert rooms.sids("hall") == ["a", "b", "c"]
    await rooms.leave("a", "hall")
    assert set(rooms.present("hall")) == {MING, HONG}
    assert rooms.present("nowhere") == []


async def test_the_hints_of_a_room_are_heard_until_the_last_one_leaves(rooms: Rooms, wire: Wire) -> None:
    await rooms.enter("a", MING, "hall")
    await rooms.enter("b", HONG, "hall")
    await rooms.leave("a", "hall")
    assert ("unsubscribe", "hall") not in wire.hints
    await rooms.leave("b", "hall")
    assert wire.hints[-1] == ("unsubscribe", "hall")


async def test_leaving_a_room_one_is_not_in_changes_nothing(rooms: Rooms, wire: Wire) -> None:
    await rooms.enter("a", MING, "hall")
    await rooms.leave("b", "hall")
    await rooms.leave("a", "yard")
    assert rooms.names("") == ["hall"]
    assert wire.hints == [("subscribe", "hall")]


async def test_leaving_all_rooms_leaves_no_trace(rooms: Rooms) -> None:
    for room in ("hall", "yard", "loft"):
        await rooms.enter("a", MING, room)
    assert rooms.names("") == ["hall", "yard", "loft"]
    await rooms.leave_all("a")
    await rooms.leave_all("a")
    assert rooms.count == 0
    assert not rooms._rooms_of


async def test_watchers_hear_of_the_rooms_they_asked_for(rooms: Rooms) -> None:
    moved: list[tuple[str, int]] = []
    rooms.watch("class:", lambda room: moved.append((room, len(rooms.present(room)))))
    await rooms.enter("a", MING, "class:1")
    await rooms.enter("a", MING, "hall")
    await rooms.leave_all("a")
    assert moved == [("class:1", 1), ("class:1", 0)]


async def test_rooms_are_found_by_how_their_names_begin(rooms: Rooms) -> None:
    for room in ("class:1", "class:2", "hall"):
        await rooms.enter("a", MING, room)
    assert rooms.names("class:") == ["class:1", "class:2"]


async def test_the_members_of_a_room_are_told_with_their_sockets(rooms: Rooms) -> None:
    await rooms.enter("s1", ming := a_caller("ming"), "a")
    await rooms.enter("s2", ming, "a")
    members = rooms.members("a")
    assert members == {"s1": ming, "s2": ming}
    await rooms.leave("s1", "a")
    assert (len(members), rooms.members("a"), rooms.members("b")) == (2, {"s2": ming}, {})


class Whispered(NodeEvent):
    event: ClassVar[str] = "bell.whispered"
    times: int


async def test_what_nodes_tell_each_other_reaches_no_socket(rooms: Rooms, wire: Wire) -> None:
    heard: list[bytes] = []
    rooms.hear(Whispered, heard.append)
    await rooms.enter("a", MING, "hall")
    rooms.send("hall", Whispered(times=3))
    rooms.deliver("hall", "bell.whispered", b"of another node", droppable=False)
    assert heard == [b'{"times":3}', b"of another node"]
    assert wire.posted == []
    assert [hint[:3] for hint in wire.hints if hint[0] == "publish"] == [("publish", "hall", "bell.whispered")]
