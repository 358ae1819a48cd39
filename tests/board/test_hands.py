"""Hands: raised, queued, claimed by one teacher, done; they outlive connections and servers."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from tests.board.factories import watch
from tests.chat.factories import Room, a_room
from tests.core.raw import until
from tests.factories import Json, People, Person, Refused, Socket
from tutor.board.models import Hand
from tutor.board.store import BoardStore

NO_HAND = {"hand": None, "place": None}


async def ask(room: Room, command: str, socket: Socket | None = None, **fields: Any) -> Json:
    return await (socket or room.socket).ask(f"hand.{command}", conversation_id=room.id, **fields)


async def a_colleague(people: People, teacher: Person, class_id: str) -> Person:
    colleague = await people.teacher(display_name="李老师")
    await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
    return colleague


async def notices(room: Room) -> list[tuple[str, str, Json]]:
    return [
        (message["notice"]["kind"], message["notice"]["by"]["name"], message["notice"]["facts"])
        for message in await room.messages()
        if message["notice"]
    ]


async def test_a_hand_goes_up_is_claimed_and_done(cast: People) -> None:
    teacher, (student,), class_id = await cast.classroom()
    desk, room = await watch(teacher, class_id), await a_room(cast, student)
    raised = await ask(room, "raise", line="  第三步看不懂 ")
    assert (raised["place"], raised["hand"]["line"], raised["hand"]["claimed_by"]) == (1, "第三步看不懂", None)
    await desk.until(student, "waiting", hand=raised["hand"]["raised_at"])
    await until(lambda: desk.socket.heard["hands.changed"][-1:] and desk.socket.heard["hands.changed"][-1]["hands"])
    assert desk.socket.heard["hands.changed"][-1]["hands"] == [raised["hand"]]
    claimed = await ask(room, "claim", desk.socket)
    assert (claimed["hand"]["claimed_name"], claimed["place"]) == ("王老师", None)
    await until(lambda: (room.socket.heard["hand.changed"][-1]["hand"] or {}).get("claimed_by") == teacher.id)
    assert await ask(room, "done", desk.socket) == NO_HAND
    await until(lambda: room.socket.heard["hand.changed"][-1]["hand"] is None)
    await desk.until(student, "idle", hand=None)
    await until(lambda: desk.socket.heard["hands.changed"][-1]["hands"] == [])
    assert await notices(room) == [
        ("hand.raised", "小明", {"line": "第三步看不懂"}),
        ("hand.claimed", "王老师", {}),
        ("hand.done", "王老师", {}),
    ]


async def test_raising_again_keeps_the_place_and_tells_nothing_new(cast: People) -> None:
    _, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    first = await ask(room, "raise")
    again = await ask(room, "raise", line="还是第三步")
    assert again["hand"] == first["hand"] | {"line": "还是第三步"}
    assert [kind for kind, _, _ in await notices(room)] == ["hand.raised"]


async def test_a_student_lowers_the_own_hand_and_may_raise_it_again(cast: People) -> None:
    _, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    first = await ask(room, "raise")
    assert await ask(room, "lower") == NO_HAND
    assert await ask(room, "lower") == NO_HAND
    second = await ask(room, "raise")
    assert second["hand"]["raised_at"] > first["hand"]["raised_at"]
    assert [kind for kind, _, _ in await notices(room)] == ["hand.raised", "hand.lowered", "hand.raised"]


async def test_places_are_by_the_time_of_raising_and_move_up(cast: People) -> None:
    teacher, students, _ = await cast.classroom(3)
    desk = await teacher.connect()
    rooms = [await a_room(cast, one) for one in students]
    assert [(await ask(room, "raise"))["place"] for room in rooms] == [1, 2, 3]
    await ask(rooms[0], "claim", desk)
    await until(lambda: rooms[2].socket.heard["hand.changed"][-1]["place"] == 2)
    assert [(await ask(room, "get"))["place"] for room in rooms] == [None, 1, 2]
    await ask(rooms[1], "lower")
    await until(lambda: rooms[2].socket.heard["hand.changed"][-1]["place"] == 1)


async def test_of_two_teachers_at_once_one_claims(cast: People) -> None:
    teacher, (student,), class_id = await cast.classroom()
    colleague = await a_colleague(cast, teacher, class_id)
    room = await a_room(cast, student)
    await ask(room, "raise")
    desks = [await teacher.connect(), await colleague.connect()]
    outcomes = await asyncio.gather(*(ask(room, "claim", desk) for desk in desks), return_exceptions=True)
    lost = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    won = [outcome for outcome in outcomes if isinstance(outcome, dict)]
    assert [error.code for error in lost] == ["hand_claimed"]
    assert lost[0].details["name"] == won[0]["hand"]["claimed_name"]
    again = desks[outcomes.index(won[0])]
    assert (await ask(room, "claim", again))["hand"] == won[0]["hand"]
    assert [kind for kind, _, _ in await notices(room)] == ["hand.raised", "hand.claimed"]


async def test_a_hand_whose_teacher_has_left_the_class_is_claimed_by_another(cast: People) -> None:
    teacher, (student,), class_id = await cast.classroom()
    colleague = await a_colleague(cast, teacher, class_id)
    room = await a_room(cast, student)
    await ask(room, "raise")
    await ask(room, "claim", await colleague.connect())
    await teacher.call("DELETE", f"/classes/{class_id}/teachers/{colleague.id}")
    claimed = await ask(room, "claim", await teacher.connect())
    assert claimed["hand"]["claimed_by"] == teacher.id
    assert [who for kind, who, _ in await notices(room) if kind == "hand.claimed"] == ["李老师", "王老师"]


async def test_what_a_change_asks_of_the_store_does_not_grow_with_the_queue(
    cast: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, students, _ = await cast.classroom(8)
    rooms, asked = [await a_room(cast, one) for one in students], list[int]()
    real = BoardStore.hands_of

    async def counted(store: BoardStore, student_ids: Iterable[str]) -> list[Hand]:
        asked.append(1)
        return await real(store, student_ids)

    for room in rooms:
        await ask(room, "raise")
    monkeypatch.setattr(BoardStore, "hands_of", counted)
    await ask(rooms[0], "claim", await teacher.connect())
    await until(lambda: rooms[7].socket.heard["hand.changed"][-1]["place"] == 7)
    assert len(asked) <= 4


async def test_a_hand_that_is_down_is_not_claimed(cast: People) -> None:
    teacher, (student,), _ = await cast.classroom()
    room, desk = await a_room(cast, student), await teacher.connect()
    with pytest.raises(Refused, match="not_found"):
        await ask(room, "claim", desk)
    assert await ask(room, "done", desk) == NO_HAND


async def test_who_is_in_no_class_has_nobody_to_ask(cast: People) -> None:
    room = await a_room(cast)
    with pytest.raises(Refused, match="nobody_teaches"):
        await ask(room, "raise")


async def test_a_hand_outlives_its_connection_and_another_server_knows_it(cast: People, serve: Any) -> None:
    teacher, (student,), class_id = await cast.classroom()
    room = await a_room(cast, student)
    raised = await ask(room, "raise")
    await room.socket.close()
    async with People(await serve()) as elsewhere:
        again = await (await elsewhere.sign_in(student.user["username"])).connect()
        assert await ask(room, "get", again) == raised
        desk = await watch(await elsewhere.sign_in(teacher.user["username"]), class_id)
        assert desk.first[student.id]["hand"] == raised["hand"]["raised_at"]


async def test_a_hand_in_a_deleted_conversation_is_in_no_queue(cast: People) -> None:
    teacher, students, class_id = await cast.classroom(2)
    gone, room = [await a_room(cast, one) for one in students]
    await ask(gone, "raise")
    await gone.student.call("DELETE", f"/conversations/{gone.id}")
    assert (await ask(room, "raise"))["place"] == 1
    board = await (await teacher.connect()).ask("class.watch", class_id=class_id)
    assert [hand["conversation_id"] for hand in board["hands"]] == [room.id]
