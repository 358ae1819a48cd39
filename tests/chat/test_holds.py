"""Teachers' hands on running replies: held ones show nothing to anybody, released ones everything, on any node."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from tests.chat.conftest import LEASE_S, Stage, swept
from tests.chat.factories import Asked, Lesson, Puppet, a_lesson, a_question, asked, elsewhere, parts_of
from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import WAIT_S, FakeClock, People, Refused, Server
from tutor.chat.context import CHAT_STORE, HOLDS, REPLIES
from tutor.chat.keeper import Keeper
from tutor.chat.models import Message
from tutor.chat.running import Running


async def stored(server: Server, lesson: Lesson, reply_id: str, fits: Callable[[Message], bool]) -> Message:
    """The reply in MongoDB, as soon as it fits."""
    store = server.app[CHAT_STORE]
    async with asyncio.timeout(WAIT_S):
        while (reply := await store.message(lesson.id, reply_id)) is None or not fits(reply):  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)
    return reply


def withholds(word: str, reply: Message) -> bool:
    return reply.reply is not None and word in reply.reply.withheld


async def held(puppet: Puppet, lesson: Lesson) -> Asked:
    """A reply of which one part is shown and more is held."""
    said = await asked(puppet, lesson.room)
    said.line.say("one ")
    for viewer in (lesson.room.socket, lesson.desk):
        await said.heard(1, viewer)
    await lesson.room.on_reply("hold", said.reply_id, lesson.desk)
    said.line.say("two ")
    return said


@pytest.fixture
async def here(puppet: Puppet, serve: Serve) -> Server:
    """A server on which the puppet says its pieces without waiting until they are shown."""
    return await serve(model=puppet, chat={"part_ms": 0.001, "checkpoint_s": 0.05})


async def test_a_held_reply_shows_nothing_and_is_kept_and_a_released_one_shows_all_of_it(
    here: Server, puppet: Puppet
) -> None:
    async with People(here) as people:
        lesson = await a_lesson(people)
        said = await held(puppet, lesson)
        said.line.say("three ")
        reply = await stored(here, lesson, said.reply_id, lambda one: bool(one.reply and "three" in one.reply.withheld))
        assert (reply.text, reply.reply and reply.reply.withheld) == ("one ", "two three ")
        for viewer in (lesson.room.socket, lesson.desk):
            assert parts_of(viewer, said.reply_id) == ["one "]
            opened = await lesson.room.open(viewer)
            assert (opened["reply"]["text"], opened["reply"]["held"]) == ("one ", True)
            assert opened["messages"][1]["text"] in {"one ", ""}
        assert "two" not in await lesson.seen_by_student()
        await lesson.room.on_reply("release", said.reply_id, lesson.desk)
        said.line.say("four")
        said.line.finish()
        for viewer in (lesson.room.socket, lesson.desk):
            end = await said.ended("complete", viewer)
            assert end["message"]["text"] == "one two three four"
            assert "".join(parts_of(viewer, said.reply_id)) == "one two three four"
        kinds = [(notice["kind"], notice["by"]["id"]) for notice in await lesson.notices()]
        assert kinds == [("reply.held", lesson.teacher.id), ("reply.released", lesson.teacher.id)]


async def test_a_reply_is_held_and_released_and_stopped_from_a_node_that_does_not_write_it(
    here: Server, puppet: Puppet, cast: People
) -> None:
    async with People(here) as people:
        lesson = await a_lesson(people)
        there = await elsewhere(cast, lesson.teacher)
        await lesson.room.open(there)
        said = await asked(puppet, lesson.room)
        said.line.say("one ")
        await said.heard(1, there)
        for word in ("two ", "three "):
            await lesson.room.on_reply("hold", said.reply_id, there)
            running = await stored(here, lesson, said.reply_id, lambda one: "one" in one.text)
            assert running.is_running
            async with asyncio.timeout(WAIT_S):
                while not (await lesson.room.open())["reply"]["held"]:  # noqa: ASYNC110  # nobody tells
                    await asyncio.sleep(0.01)
            said.line.say(word)
            await stored(here, lesson, said.reply_id, partial(withholds, word))
            assert (await lesson.room.open(there))["reply"]["held"]
            before = parts_of(there, said.reply_id)
            assert word not in before
            await lesson.room.on_reply("release", said.reply_id, there)
            await said.heard(len(before) + 1, there)
        await lesson.room.on_reply("stop", said.reply_id, there)
        end = await said.ended("stopped", there)
        assert end["message"]["text"] == "one two three "


async def test_a_held_reply_that_is_written_to_its_end_waits_for_the_teacher(here: Server, puppet: Puppet) -> None:
    async with People(here) as people:
        lesson = await a_lesson(people)
        said = await held(puppet, lesson)
        said.line.finish()
        await said.line.closed.wait()
        assert not lesson.desk.heard["reply.finished"]
        await lesson.room.on_reply("release", said.reply_id, lesson.desk)
        assert (await said.ended("complete"))["message"]["text"] == "one two "


@pytest.mark.parametrize("written", [True, False])
async def test_what_is_held_when_a_reply_is_stopped_is_never_shown(
    here: Server, puppet: Puppet, *, written: bool
) -> None:
    async with People(here) as people:
        lesson = await a_lesson(people)
        said = await held(puppet, lesson)
        await stored(here, lesson, said.reply_id, lambda one: bool(one.reply and one.reply.withheld))
        if written:
            said.line.finish()
            await said.line.closed.wait()
        await lesson.room.on_reply("stop", said.reply_id, lesson.desk)
        end = await said.ended("stopped")
        assert end["message"]["text"] == "one "
        reply = await stored(here, lesson, said.reply_id, lambda one: one.is_final)
        assert reply.reply is not None
        assert reply.reply.withheld == "two "
        assert "two" not in await lesson.seen_by_student()


async def test_holding_twice_is_one_hold_and_what_was_never_held_is_not_released(here: Server, puppet: Puppet) -> None:
    async with People(here) as people:
        lesson = await a_lesson(people)
        said = await asked(puppet, lesson.room)
        await lesson.room.on_reply("release", said.reply_id, lesson.desk)
        for _ in range(2):
            await lesson.room.on_reply("hold", said.reply_id, lesson.desk)
        for _ in range(2):
            await lesson.room.on_reply("release", said.reply_id, await lesson.colleague(people))
        said.line.finish()
        await said.ended("complete")
        assert [notice["kind"] for notice in await lesson.notices()] == ["reply.held", "reply.released"]
        with pytest.raises(Refused, match="reply_not_running"):
            await lesson.room.on_reply("hold", said.reply_id, lesson.desk)


async def test_what_a_teacher_holds_is_released_when_she_is_gone(puppet: Puppet, serve: Serve) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock, chat={"part_ms": 0.001})
    async with People(server) as people:
        lesson = await a_lesson(people)
        said = await held(puppet, lesson)
        clock.advance(600)
        await server.app[HOLDS].look(patient=False)
        assert parts_of(lesson.room.socket, said.reply_id) == ["one "]
        await lesson.desk.close()
        clock.advance(120)
        await server.app[HOLDS].look(patient=False)
        assert (await said.heard(2))[1] == "two "
        said.line.finish()
        await said.ended("complete")
        assert [(one["kind"], one["by"]) for one in await lesson.notices()][1:] == [("reply.released", None)]


# A held reply of a dead node


async def left_by_a_dead_node(
    people: People, puppet: Puppet, monkeypatch: pytest.MonkeyPatch, *, say: tuple[str, ...], approval: bool = False
) -> tuple[Lesson, Asked]:
    """A reply that was held there, whose node shows no sign of life any more."""
    look_after: Callable[[Keeper, list[Running]], Awaitable[None]] = Keeper._look_after

    async def see_to_nothing_there(keeper: Keeper, replies: list[Running]) -> None:
        if keeper._claims.lease_s != LEASE_S:
            await look_after(keeper, replies)

    monkeypatch.setattr(Keeper, "_look_after", see_to_nothing_there)
    lesson = await a_lesson(people)
    if approval:
        await lesson.floor("approval")
    said = await asked(puppet, lesson.room)
    for text in say:
        said.line.say(text)
    if say:
        await said.heard(len(say), lesson.desk)
    return lesson, said


@pytest.mark.usefixtures("nobody_sweeps")
async def test_a_held_reply_of_a_dead_node_ends_with_what_was_shown(
    puppet: Puppet,
    serve: Serve,
    stage: Stage,
    cast: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = await serve(model=puppet, chat={"part_ms": 0.001, "lease_s": LEASE_S})
    async with People(server) as people:
        lesson, said = await left_by_a_dead_node(people, puppet, monkeypatch, say=("one ",))
        await lesson.room.on_reply("hold", said.reply_id, lesson.desk)
        said.line.say("secret")
        await swept(stage.server)
        end = await said.ended("interrupted")
        assert end["message"]["text"] == "one "
        assert "secret" not in await lesson.seen_by_student()
        await is_free(lesson, puppet, cast)


async def is_free(lesson: Lesson, puppet: Puppet, cast: People) -> None:
    """The student can go on asking, on a node that lives."""
    socket = await elsewhere(cast, lesson.room.student)
    question = a_question()
    await lesson.room.open(socket)
    sent = await lesson.room.say(question, socket)
    (await puppet.line(question)).finish()
    await socket.until("reply.finished", reply_id=sent["reply"]["id"])


@pytest.mark.usefixtures("nobody_sweeps")
async def test_a_held_reply_that_is_begun_anew_stays_held_until_it_is_released(
    puppet: Puppet,
    serve: Serve,
    stage: Stage,
    cast: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = await serve(model=puppet, chat={"part_ms": 0.001, "lease_s": LEASE_S})
    async with People(server) as people:
        lesson, said = await left_by_a_dead_node(people, puppet, monkeypatch, say=())
        await lesson.room.on_reply("hold", said.reply_id, lesson.desk)
        await swept(stage.server)
        again = await puppet.line(said.question, 2)
        again.say("again")
        await stored(stage.server, lesson, said.reply_id, lambda one: bool(one.reply and one.reply.withheld))
        assert not parts_of(lesson.room.socket, said.reply_id)
        desk = await elsewhere(cast, lesson.teacher)
        await lesson.room.on_reply("release", said.reply_id, desk)
        again.finish()
        assert (await said.ended("complete"))["message"]["text"] == "again"
        monkeypatch.undo()  # the dead node comes back
        await until(lambda: server.app[REPLIES].running(said.reply_id) is None)


@pytest.mark.usefixtures("nobody_sweeps")
async def test_a_hidden_reply_that_is_taken_over_stays_hidden(
    puppet: Puppet,
    serve: Serve,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = await serve(model=puppet, chat={"part_ms": 0.001, "lease_s": LEASE_S})
    async with People(server) as people:
        lesson, cut = await left_by_a_dead_node(people, puppet, monkeypatch, say=("SECRET one ",), approval=True)
        await swept(stage.server)
        end = await cut.ended("interrupted")
        assert (end["message"]["text"], end["parts"], end["length"]) == ("", 0, 0)
        changed = await lesson.desk.until("message.changed")
        assert (changed["message"]["text"], changed["message"]["reply"]["hidden"]) == ("SECRET one ", True)
        with pytest.raises(Refused, match="reply_not_continuable"):
            await lesson.room.on_reply("continue", cut.reply_id)
        cut.line.say("SECRET zombie")
        await until(lambda: server.app[REPLIES].running(cut.reply_id) is None)
        unseen = await asked(puppet, lesson.room)
        await swept(stage.server)
        again = await puppet.line(unseen.question, 2)
        again.say("SECRET two ")
        again.finish()
        ready = await lesson.until_ready(unseen.reply_id)
        assert (ready["text"], ready["state"]) == ("SECRET two ", "checking")
        assert "SECRET" not in await lesson.seen_by_student()
