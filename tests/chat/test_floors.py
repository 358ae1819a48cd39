"""Who has the floor: taken, fought for, handed back, lost; and no reply of the tutor begins while a teacher has it."""

import asyncio
from typing import Any

import pytest

from tests.chat.conftest import Stage
from tests.chat.factories import Lesson, Puppet, a_lesson, a_question, asked, elsewhere
from tests.conftest import Serve
from tests.factories import FakeClock, People, Refused, Server, a_client_id, start_server
from tutor.chat.context import CHAT_STORE, FLOORS, NOTICES, REPLIES
from tutor.chat.models import Author, Message
from tutor.core.clock import CLOCK, new_id
from tutor.core.leases import Lease
from tutor.core.mongo import StoreFault
from tutor.core.redis import REDIS
from tutor.settings import Settings

AWAY_S = 60.0


async def goes_to_the_teacher(lesson: Lesson, puppet: Puppet) -> None:
    """What the student says is stored, and nobody answers."""
    question = a_question()
    sent = await lesson.room.say(question)
    assert sent["reply"] is None
    assert (await lesson.room.messages())[-1]["id"] == sent["message"]["id"]
    assert not puppet.begun(question)


async def is_answered(lesson: Lesson, puppet: Puppet) -> None:
    said = await asked(puppet, lesson.room)
    said.line.finish()
    await said.ended("complete")


async def test_a_teacher_takes_the_floor_and_hands_it_back(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    taken = await lesson.floor("teacher")
    assert (taken["state"], taken["teacher_id"], taken["number"]) == ("teacher", lesson.teacher.id, 1)
    assert taken["since"]
    for viewer in (lesson.room.socket, lesson.desk):
        assert (await viewer.until("floor.changed"))["floor"] == taken
    assert (await lesson.room.open())["conversation"]["floor"] == taken
    await goes_to_the_teacher(lesson, puppet)
    await lesson.room.say("Think of the units.", lesson.desk)
    given = await lesson.floor("tutor")
    assert (given["state"], given["teacher_id"], given["teacher_name"], given["number"]) == ("tutor", None, None, 2)
    await is_answered(lesson, puppet)


async def test_every_change_is_told_in_the_room_with_who_and_when(cast: People) -> None:
    lesson = await a_lesson(cast)
    for state in ("teacher", "approval", "tutor"):
        await lesson.floor(state)
    told = await lesson.notices()
    assert [notice["kind"] for notice in told] == ["floor.taken", "approval.begun", "floor.returned"]
    assert {notice["by"]["id"] for notice in told} == {lesson.teacher.id}
    assert [notice["facts"]["number"] for notice in told] == [1, 2, 3]
    heard = [body["message"]["notice"]["kind"] for body in lesson.room.socket.heard["message.added"]]
    assert heard == [notice["kind"] for notice in told]


async def test_the_same_change_again_changes_nothing(cast: People) -> None:
    lesson = await a_lesson(cast)
    first = await lesson.floor("teacher", number=0)
    assert await lesson.floor("teacher", number=0) == first
    assert [notice["kind"] for notice in await lesson.notices()] == ["floor.taken"]


async def test_what_was_said_to_the_teacher_has_the_same_answer_for_ever(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    await lesson.floor("teacher")
    question, client_id = a_question(), a_client_id()
    first = await lesson.room.say(question, client_id=client_id)
    assert await lesson.room.say(question, client_id=client_id) == first
    await lesson.floor("tutor")
    assert await lesson.room.say(question, client_id=client_id) == first
    with pytest.raises(Refused, match="conflict"):
        await lesson.room.say("something else", client_id=client_id)
    assert not puppet.begun(question)


async def test_a_question_from_before_keeps_its_answer_while_a_teacher_has_the_floor(
    cast: People, puppet: Puppet
) -> None:
    lesson = await a_lesson(cast)
    question, client_id = a_question(), a_client_id()
    first = await lesson.room.say(question, client_id=client_id)
    await lesson.floor("teacher")
    again = await lesson.room.say(question, client_id=client_id)
    assert (again["message"], again["reply"]["id"]) == (first["message"], first["reply"]["id"])
    (await puppet.line(question)).finish()
    await lesson.room.socket.until("reply.finished")


async def test_a_question_that_a_crash_left_without_a_reply_is_the_teachers_who_has_the_floor(
    cast: People, stage: Stage, puppet: Puppet
) -> None:
    lesson, text, client_id = await a_lesson(cast), a_question(), a_client_id()
    student = lesson.room.student
    left = Message(
        new_id(), lesson.id, 1, client_id, Author("student", student.id), text, "sent", stage.server.app[CLOCK].now()
    )
    await stage.server.app[CHAT_STORE].add_message(left, student.id)
    await lesson.floor("teacher")
    sent = await lesson.room.say(text, client_id=client_id)
    assert (sent["message"]["id"], sent["reply"]) == (left.id, None)
    await lesson.floor("tutor")
    assert (await lesson.room.say(text, client_id=client_id))["reply"]["id"]
    (await puppet.line(text)).finish()


async def test_the_first_words_to_a_teacher_become_the_title(cast: People) -> None:
    lesson = await a_lesson(cast)
    await lesson.floor("teacher")
    await lesson.room.say("Are you there?")
    assert (await lesson.room.open())["conversation"]["title"] == "Are you there?"


async def test_no_reply_is_asked_for_again_while_a_teacher_has_the_floor(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    said = await asked(puppet, lesson.room)
    said.line.say("half")
    await said.heard(1)
    await lesson.room.on_reply("stop", said.reply_id)
    await said.ended("stopped")
    await lesson.floor("teacher")
    for verb in ("retry", "continue"):
        with pytest.raises(Refused, match="teacher_has_floor"):
            await lesson.room.on_reply(verb, said.reply_id)
    await lesson.floor("tutor")
    await lesson.room.on_reply("retry", said.reply_id)
    (await puppet.line(said.question, 2)).finish()


# The running reply


@pytest.mark.parametrize(("running", "state", "text"), [("stop", "stopped", "one "), ("finish", "complete", "one two")])
async def test_the_running_reply_stops_or_finishes_as_the_teacher_chooses(
    cast: People, puppet: Puppet, serve: Serve, running: str, state: str, text: str
) -> None:
    lesson = await a_lesson(cast)
    said = await asked(puppet, lesson.room)
    said.line.say("one ")
    await said.heard(1)
    async with People(await serve(model=puppet)) as there:
        await lesson.floor("teacher", await elsewhere(there, lesson.teacher), running=running)
        if running == "stop":
            await said.ended("stopped")
        said.line.say("two")
        said.line.finish()
        assert (await said.ended(state))["message"]["text"] == text
        await goes_to_the_teacher(lesson, puppet)


async def test_a_question_in_flight_on_another_node_finds_the_teacher_when_it_takes_the_conversation(
    cast: People, puppet: Puppet, stage: Stage, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson, question = await a_lesson(cast), a_question()
    claims = stage.server.app[REPLIES].claims
    take, arrived, go_on = claims.take, asyncio.Event(), asyncio.Event()

    async def late(*args: Any) -> None:
        arrived.set()
        await go_on.wait()
        await take(*args)

    monkeypatch.setattr(claims, "take", late)
    async with People(await serve(model=puppet)) as there:
        desk = await elsewhere(there, lesson.teacher)
        asking = asyncio.create_task(lesson.room.say(question))
        await arrived.wait()
        await lesson.floor("teacher", desk)
        go_on.set()
        assert (await asking)["reply"] is None
    said = [message for message in await lesson.room.messages() if not message["notice"]]
    assert [message["author"]["kind"] for message in said] == ["student"]
    assert not lesson.room.socket.heard["reply.started"]
    assert (await puppet.line(question)).closed.is_set() or await (await puppet.line(question)).closed.wait()
    monkeypatch.undo()
    await lesson.floor("tutor")
    await is_answered(lesson, puppet)


async def test_a_question_that_has_its_claim_already_counts_as_running(
    cast: People, puppet: Puppet, stage: Stage, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson, question = await a_lesson(cast), a_question()
    store = stage.server.app[CHAT_STORE]
    add, arrived, go_on = store.add_question, asyncio.Event(), asyncio.Event()

    async def late(*args: Any) -> Any:
        arrived.set()
        await go_on.wait()
        return await add(*args)

    monkeypatch.setattr(store, "add_question", late)
    async with People(await serve(model=puppet)) as there:
        desk = await elsewhere(there, lesson.teacher)
        asking = asyncio.create_task(lesson.room.say(question))
        await arrived.wait()
        await lesson.floor("teacher", desk, running="stop")
        go_on.set()
        reply_id = (await asking)["reply"]["id"]
    end = await lesson.room.socket.until("reply.finished", reply_id=reply_id)
    assert (end["state"], end["message"]["text"]) == ("stopped", "")
    await goes_to_the_teacher(lesson, puppet)


# Two at once


async def test_of_many_changes_at_once_one_wins_and_the_others_are_told_how_it_is(cast: People) -> None:
    lesson = await a_lesson(cast)
    desks = [lesson.desk, await lesson.colleague(cast), await lesson.colleague(cast)]
    answers = await asyncio.gather(*(lesson.floor("teacher", desk, number=0) for desk in desks), return_exceptions=True)
    (won,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    lost = [answer for answer in answers if isinstance(answer, Refused)]
    assert [refused.code for refused in lost] == ["conflict", "conflict"]
    for refused in lost:
        assert refused.details["floor"] == {name: won[name] for name in refused.details["floor"]}
    assert (await lesson.room.open())["conversation"]["floor"] == won
    assert len(await lesson.notices()) == 1


async def test_who_saw_another_floor_is_told_how_it_is(cast: People) -> None:
    lesson = await a_lesson(cast)
    await lesson.floor("approval")
    with pytest.raises(Refused, match="conflict") as refused:
        await lesson.floor("teacher", number=0)
    assert refused.value.details["floor"]["state"] == "approval"
    assert refused.value.details["floor"]["number"] == 1


async def test_taking_the_floor_from_another_teacher_is_told(cast: People) -> None:
    lesson = await a_lesson(cast)
    other = await lesson.colleague(cast)
    await lesson.floor("teacher")
    taken = await lesson.floor("teacher", other)
    assert (taken["teacher_name"], taken["number"]) == ("李老师", 2)
    assert (await lesson.notices())[-1]["facts"] == {"number": 2, "from": "王老师"}


async def test_a_colleague_may_hand_it_back(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    other = await lesson.colleague(cast)
    await lesson.floor("teacher")
    await lesson.floor("tutor", other)
    await is_answered(lesson, puppet)


# A teacher who is gone


async def on(server: Server, lesson: Lesson) -> str:
    """How the floor is, as that server has it."""
    conversation = await server.app[CHAT_STORE].conversation(lesson.id)
    assert conversation is not None
    return conversation.floor.state


async def test_the_floor_of_a_teacher_who_is_gone_goes_back_and_the_student_is_told(
    puppet: Puppet, serve: Serve
) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock)
    async with People(server) as people:
        lesson = await a_lesson(people)
        await lesson.floor("teacher")
        clock.advance(10 * AWAY_S)
        await server.app[FLOORS].look(patient=False)
        assert await on(server, lesson) == "teacher"  # she is there
        await lesson.desk.close()
        await server.app[FLOORS].look(patient=False)
        clock.advance(AWAY_S - 1)
        await server.app[FLOORS].look(patient=False)
        assert await on(server, lesson) == "teacher"
        clock.advance(10)
        await server.app[FLOORS].look(patient=True)
        assert await on(server, lesson) == "teacher"  # after a start, she has a moment to come back
        await server.app[FLOORS].look(patient=False)
        told = await lesson.room.socket.until("floor.changed", 2)
        assert (told["floor"]["state"], told["floor"]["number"]) == ("tutor", 2)
        notice = (await lesson.notices())[-1]
        assert (notice["kind"], notice["by"]["id"]) == ("floor.lost", lesson.teacher.id)
        await is_answered(lesson, puppet)


async def test_a_teacher_who_is_back_in_time_keeps_the_floor(puppet: Puppet, serve: Serve) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock)
    async with People(server) as people:
        lesson = await a_lesson(people)
        await lesson.floor("teacher")
        for _ in range(3):
            await lesson.desk.close()
            clock.advance(AWAY_S - 1)
            lesson.desk = await lesson.teacher.connect()
            await lesson.room.open(lesson.desk)
            await lesson.desk.close()
            clock.advance(AWAY_S - 1)
            await server.app[FLOORS].look(patient=False)
            assert await on(server, lesson) == "teacher"
            lesson.desk = await lesson.teacher.connect()
            await lesson.room.open(lesson.desk)


async def test_a_socket_on_another_node_keeps_the_floor(puppet: Puppet, serve: Serve) -> None:
    clock = FakeClock()
    here, there = [await serve(model=puppet, clock=clock) for _ in range(2)]
    async with People(here) as people, People(there) as others:
        lesson = await a_lesson(people)
        second = await elsewhere(others, lesson.teacher)
        await lesson.room.open(second)
        await lesson.floor("teacher")
        await lesson.desk.close()
        for _ in range(3):
            clock.advance(AWAY_S - 1)
            await there.app[FLOORS].look(patient=False)
            await here.app[FLOORS].look(patient=False)
        assert await on(here, lesson) == "teacher"
        await second.close()
        clock.advance(2 * AWAY_S)
        await asyncio.gather(*(server.app[FLOORS].look(patient=False) for server in (here, there)))
        assert await on(here, lesson) == "tutor"
        assert [notice["kind"] for notice in await lesson.notices()] == ["floor.taken", "floor.lost"]


async def test_the_floor_goes_back_by_itself(puppet: Puppet, serve: Serve) -> None:
    async with People(await serve(model=puppet, chat={"floor_away_s": 0.3})) as people:
        lesson = await a_lesson(people)
        await lesson.floor("teacher")
        await lesson.desk.close()
        told = await lesson.room.socket.until("floor.changed", 2)
        assert told["floor"]["state"] == "tutor"


async def test_what_a_teacher_took_and_handed_on_is_not_lost_when_she_goes(puppet: Puppet, serve: Serve) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock)
    async with People(server) as people:
        lesson = await a_lesson(people)
        other = await lesson.colleague(people)
        await lesson.floor("teacher")
        await lesson.floor("approval", other)
        await lesson.desk.close()
        clock.advance(2 * AWAY_S)
        await server.app[FLOORS].look(patient=False)
        assert await on(server, lesson) == "approval"


@pytest.mark.parametrize("change", ["floor.taken", "floor.returned", "floor.lost"])
async def test_a_change_whose_node_died_before_it_told_anybody_is_told_by_another(
    puppet: Puppet, serve: Serve, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    clock = FakeClock()
    here, there = [await serve(model=puppet, clock=clock) for _ in range(2)]
    async with People(here) as people, People(there) as others:
        lesson = await a_lesson(people)
        far = await elsewhere(others, lesson.room.student)
        await lesson.room.open(far)
        if change != "floor.taken":
            await lesson.floor("teacher")
            clock.advance(10)
            await there.app[FLOORS].look(patient=False)
        monkeypatch.setattr(here.app[NOTICES], "add", dies)
        if change == "floor.lost":
            await lesson.desk.close()
            clock.advance(2 * AWAY_S)
            with pytest.raises(StoreFault):
                await here.app[FLOORS].look(patient=False)
            clock.advance(2 * AWAY_S)
        else:
            with pytest.raises(Refused):
                await lesson.floor("teacher" if change == "floor.taken" else "tutor")
        await there.app[FLOORS].look(patient=False)
        assert change not in [notice["kind"] for notice in await lesson.notices()] or change == "floor.lost"
        clock.advance(10)
        for _ in range(2):
            await there.app[FLOORS].look(patient=False)
        told = [notice for notice in await lesson.notices() if notice["kind"] == change]
        assert [notice["by"]["id"] for notice in told] == [lesson.teacher.id]
        state = "teacher" if change == "floor.taken" else "tutor"
        assert (await far.until("floor.changed", 1 if change == "floor.taken" else 2))["floor"]["state"] == state


async def dies(*_: Any) -> None:
    """What a node that dies there does."""
    raise StoreFault


async def test_a_change_that_was_lost_to_another_ends_nothing_later(puppet: Puppet, serve: Serve) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock)
    async with People(server) as people:
        lesson = await a_lesson(people)
        await lesson.floor("teacher")
        vigils = server.app[CHAT_STORE].floors.floors
        await vigils.take(Lease("died before it was ended", "1", lesson.id, "somebody else", clock.now()))
        clock.advance(2 * AWAY_S)
        await server.app[FLOORS].look(patient=False)
        assert await on(server, lesson) == "teacher"
        assert [vigil.owner for vigil in await vigils.of([lesson.id])] == [lesson.teacher.id]


async def test_the_floor_survives_a_restart_of_the_server_and_a_redis_that_lost_everything(
    settings: Settings, puppet: Puppet
) -> None:
    async with start_server(settings, model=puppet) as server, People(server) as people:
        lesson = await a_lesson(people)
        await lesson.floor("teacher")
    async with start_server(settings, model=puppet) as server, People(server) as people:
        await server.app[REDIS].flushdb()
        await server.app[FLOORS].look(patient=False)
        lesson.room.socket = await elsewhere(people, lesson.room.student)
        assert (await lesson.room.open())["conversation"]["floor"]["state"] == "teacher"
        assert (await lesson.room.say(a_question()))["reply"] is None
