"""Taking a right away acts on open sockets within 5 s: real sockets over a real port, and what they hear after it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from tests.accounts.test_jobs import SteppedClock
from tests.chat.conftest import Stage
from tests.chat.factories import Puppet, Room, a_room, asked
from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import Json, People, Person, Refused, Socket
from tutor.chat.context import CHAT_STORE
from tutor.chat.places import class_room_of, room_of, staff_room_of
from tutor.classes.context import CLASSES
from tutor.core.evictions import EVICT_S, EVICTIONS, evict
from tutor.core.rooms import ROOMS

PROMISED_S = 5.0


@dataclass
class Scene:
    """A student in a room; a teacher, her co-teacher and a guardian who have it open; both teachers watch the class."""

    cast: People
    room: Room
    class_id: str
    teacher: Person
    colleague: Person
    guardian: Person
    desk: Socket
    other_desk: Socket
    phone: Socket

    @property
    def student(self) -> Person:
        return self.room.student


async def a_scene(cast: People) -> Scene:
    teacher, (student,), class_id = await cast.classroom()
    colleague = await cast.teacher()
    await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
    guardian = await cast.guardian(teacher, class_id, student)
    room = await a_room(cast, student)
    sockets = [await person.connect() for person in (teacher, colleague, guardian)]
    for socket in sockets:
        await room.open(socket)
    for desk in sockets[:2]:
        await desk.ask("class.watch", class_id=class_id)
    return Scene(cast, room, class_id, teacher, colleague, guardian, *sockets)


async def remove_student(scene: Scene) -> None:
    await scene.teacher.call("DELETE", f"/classes/{scene.class_id}/students/{scene.student.id}")


async def move_student(scene: Scene) -> None:
    """Into a class that only the colleague has."""
    made = (await scene.colleague.call("POST", "/classes", {"name": "二班"}))["class"]
    path = f"/classes/{scene.class_id}/students/{scene.student.id}/move"
    await scene.colleague.call("POST", path, {"class_id": made["id"]})


async def remove_teacher(scene: Scene) -> None:
    await scene.colleague.call("DELETE", f"/classes/{scene.class_id}/teachers/{scene.teacher.id}")


async def archive(scene: Scene) -> None:
    await scene.teacher.call("PATCH", f"/classes/{scene.class_id}", {"archived": True})


async def leave_ward(scene: Scene) -> None:
    await scene.guardian.call("DELETE", f"/wards/{scene.student.id}")


async def remove_guardian(scene: Scene) -> None:
    path = f"/classes/{scene.class_id}/students/{scene.student.id}/guardians/{scene.guardian.id}"
    await scene.teacher.call("DELETE", path)


async def delete(scene: Scene) -> None:
    await scene.student.call("DELETE", f"/conversations/{scene.room.id}")


Deed = Callable[[Scene], Awaitable[None]]
# What is done, who loses the conversation by it, and who the class.
LOSSES: dict[Deed, tuple[set[str], set[str]]] = {
    remove_student: ({"desk", "other_desk"}, set()),
    move_student: ({"desk"}, set()),
    remove_teacher: ({"desk"}, {"desk"}),
    archive: ({"desk", "other_desk"}, {"desk", "other_desk"}),
    leave_ward: ({"phone"}, set()),
    remove_guardian: ({"phone"}, set()),
    delete: ({"desk", "other_desk", "phone"}, set()),
}
TEACHERS_LOSSES = (remove_student, move_student, remove_teacher, archive)
SOCKETS = ("desk", "other_desk", "phone")


async def until_lost(scene: Scene, deed: Deed) -> None:
    """Wait until everybody is told who has lost something by what was done."""
    from_conversation, from_class = LOSSES[deed]
    for name in from_conversation:
        await getattr(scene, name).until("access.lost", conversation_id=scene.room.id, class_id=None)
    for name in from_class:
        await getattr(scene, name).until("access.lost", conversation_id=None, class_id=scene.class_id)


async def test_every_loss_is_felt_in_the_promised_time(cast: People) -> None:
    scenes = [(await a_scene(cast), deed) for deed in LOSSES]
    await asyncio.gather(*(deed(scene) for scene, deed in scenes))
    async with asyncio.timeout(PROMISED_S):
        await asyncio.gather(*(until_lost(scene, deed) for scene, deed in scenes))


async def test_a_loss_is_felt_on_every_node(cast: People, serve: Serve) -> None:
    scene = await a_scene(cast)
    async with People(await serve()) as elsewhere:
        desk = await (await elsewhere.sign_in(scene.teacher.user["username"])).connect()
        await scene.room.open(desk)
        await remove_teacher(scene)
        async with asyncio.timeout(PROMISED_S):
            await desk.until("access.lost", conversation_id=scene.room.id)


@pytest.mark.parametrize("deed", LOSSES, ids=lambda deed: deed.__name__)
async def test_whoever_loses_a_right_is_out_of_the_rooms_and_nobody_else(cast: People, deed: Deed) -> None:
    scene = await a_scene(cast)
    rooms = cast.server.app[ROOMS]
    from_conversation, from_class = LOSSES[deed]
    await deed(scene)
    await cast.server.app[EVICTIONS].sweep()
    await until_lost(scene, deed)
    people = {"desk": scene.teacher, "other_desk": scene.colleague, "phone": scene.guardian}
    in_room = {one.id for one in rooms.present(room_of(scene.room.id))}
    in_staff = {one.id for one in rooms.present(staff_room_of(scene.room.id))}
    in_class = {one.id for one in rooms.present(class_room_of(scene.class_id))}
    staying = {people[name].id for name in SOCKETS if name not in from_conversation}
    assert in_room == staying | {scene.student.id}
    assert in_staff == staying - {scene.guardian.id}
    assert in_class == {people[name].id for name in ("desk", "other_desk") if name not in from_class}
    for name in SOCKETS:
        told = len(getattr(scene, name).heard["access.lost"])
        assert told == (name in from_conversation) + (name in from_class)
    assert scene.room.socket.heard["access.lost"] == []


async def test_who_was_taken_out_hears_nothing_more_and_the_others_hear_all(cast: People, puppet: Puppet) -> None:
    scene = await a_scene(cast)
    await remove_teacher(scene)
    await cast.server.app[EVICTIONS].sweep()
    await scene.desk.until("access.lost", 2)
    before = len(scene.desk.order)
    said = await asked(puppet, scene.room)
    said.line.say("secret")
    said.line.finish()
    for socket in (scene.room.socket, scene.other_desk, scene.phone):
        assert (await socket.until("reply.finished"))["message"]["text"] == "secret"
    assert scene.desk.order[before:] == []
    present = scene.room.socket.heard["presence.changed"][-1]["present"]
    assert scene.teacher.id not in {one["id"] for one in present}


@pytest.mark.parametrize("deed", TEACHERS_LOSSES, ids=lambda deed: deed.__name__)
async def test_new_requests_are_refused_at_once(cast: People, deed: Deed) -> None:
    scene = await a_scene(cast)
    await deed(scene)
    asks: tuple[Callable[[], Awaitable[Json]], ...] = (
        lambda: scene.room.open(scene.desk),
        lambda: scene.room.say("还在吗", scene.desk),
        lambda: scene.teacher.call("GET", f"/conversations/{scene.room.id}/messages"),
        lambda: scene.teacher.call("GET", f"/students/{scene.student.id}/conversations"),
    )
    for ask in asks:
        with pytest.raises(Refused, match="not_found"):
            await ask()
    if deed in {remove_teacher, archive}:
        with pytest.raises(Refused, match="not_found"):
            await scene.desk.ask("class.watch", class_id=scene.class_id)


async def test_another_class_with_the_same_teacher_keeps_the_room_open(cast: People, stage: Stage) -> None:
    scene = await a_scene(cast)
    made = (await scene.teacher.call("POST", "/classes", {"name": "竞赛班"}))["class"]
    await scene.student.call("POST", "/classes/join", {"code": made["code"]})
    await remove_student(scene)
    await stage.server.app[EVICTIONS].sweep()
    await scene.other_desk.until("access.lost")
    assert scene.desk.heard["access.lost"] == []
    assert scene.teacher.id in {one.id for one in cast.server.app[ROOMS].present(room_of(scene.room.id))}


async def test_a_right_that_was_given_back_opens_the_room_again(cast: People, puppet: Puppet) -> None:
    scene = await a_scene(cast)
    await archive(scene)
    await cast.server.app[EVICTIONS].sweep()
    await scene.desk.until("access.lost", 2)
    await scene.teacher.call("PATCH", f"/classes/{scene.class_id}", {"archived": False})
    await scene.room.open(scene.desk)
    said = await asked(puppet, scene.room)
    said.line.finish()
    await scene.desk.until("reply.finished")


async def test_a_sweep_with_nobody_to_look_at_asks_nothing(
    cast: People, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await a_room(cast)
    rooms, evictions = stage.server.app[ROOMS], stage.server.app[EVICTIONS]
    monkeypatch.setattr(rooms, "names", lambda prefix: [room_of(room.id)] if room_of("").startswith(prefix) else [])

    async def never(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(stage.server.app[CHAT_STORE], "conversations_by_id", never)
    monkeypatch.setattr(stage.server.app[CLASSES], "active", never)
    await evictions.sweep()


async def test_the_sweep_goes_on_when_the_store_is_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    evictions = stage.server.app[EVICTIONS]
    swept: list[bool] = []

    async def away_once() -> None:
        swept.append(True)
        if len(swept) == 1:
            raise ServerSelectionTimeoutError("away")

    monkeypatch.setattr(evictions, "sweep", away_once)
    clock = SteppedClock()
    task = asyncio.create_task(evict(evictions, clock))
    await clock.step()
    await clock.step()
    await until(lambda: len(swept) >= 2)
    assert set(clock.asked) == {EVICT_S}
    assert EVICT_S < PROMISED_S
    task.cancel()
