"""MongoDB fails for a moment at the worst places, and the room still comes to its end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import pytest
from pymongo.errors import AutoReconnect

from tests.chat.conftest import Stage
from tests.chat.factories import Puppet, a_caller, a_question, a_room, asked, chat_of
from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import People, Refused, a_client_id
from tutor.chat.context import REPLIES
from tutor.chat.errors import ReplyRunning, TooManyReplies
from tutor.chat.messages import SendMessage
from tutor.core.clock import new_id
from tutor.core.errors import NotFound
from tutor.core.redis import REDIS

P = ParamSpec("P")
T = TypeVar("T")


def failing_once(work: Callable[P, Awaitable[T]], *, done: bool) -> Callable[P, Awaitable[T]]:
    """A call that loses its connection the first time: after the work is done, or before."""
    failed: list[bool] = []

    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if failed:
            return await work(*args, **kwargs)
        failed.append(True)
        if done:
            await work(*args, **kwargs)
        raise AutoReconnect("connection closed")

    return call


@pytest.mark.parametrize("done", [True, False])
async def test_the_end_of_a_reply_is_told_though_mongodb_failed_at_that_moment(
    cast: People, puppet: Puppet, stage: Stage, monkeypatch: pytest.MonkeyPatch, *, done: bool
) -> None:
    store = stage.server.app[REPLIES]._store
    ask = await asked(puppet, await a_room(cast))
    monkeypatch.setattr(store, "finish", failing_once(store.finish, done=done))
    ask.line.say("all ", "of it")
    ask.line.finish()
    end = await ask.ended("complete")
    assert (end["message"]["text"], end["parts"]) == ("all of it", 2)


async def test_a_question_right_after_an_end_that_was_read_is_taken_though_its_claim_is_given_back_later(
    cast: People, puppet: Puppet, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases = stage.server.app[REPLIES]._store.leases
    give_back, asked_again = leases.give_back, asyncio.Event()

    async def late(thing: str, subject: str) -> None:
        await asked_again.wait()
        await give_back(thing, subject)

    room = await a_room(cast)
    ask = await asked(puppet, room)
    monkeypatch.setattr(leases, "give_back", late)
    ask.line.say("all of it")
    ask.line.finish()
    async with asyncio.timeout(5):
        while (await room.messages())[-1]["state"] != "complete":  # noqa: ASYNC110  # nobody tells, as in real life
            await asyncio.sleep(0.01)
    monkeypatch.setattr(leases, "give_back", give_back)
    again = await asked(puppet, room)
    asked_again.set()
    assert (await ask.ended("complete"))["message"]["text"] == "all of it"
    again.line.finish()
    await again.ended("complete")


async def test_a_reply_that_mongodb_did_not_let_begin_fails_with_a_sentence(
    puppet: Puppet, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Stage(await serve(model=puppet, chat={"max_replies": 1}), puppet)
    store = narrow.server.app[REPLIES]._store
    async with People(narrow.server) as there:
        first = await asked(puppet, await a_room(there))
        room = await a_room(there)
        monkeypatch.setattr(store, "start", failing_once(store.start, done=False))
        sent = await room.say(a_question())
        assert sent["reply"]["state"] == "queued"
        first.line.finish()
        end = await room.socket.until("reply.finished", reply_id=sent["reply"]["id"])
        assert (end["state"], end["message"]["reply"]["error"]) == ("failed", "store_unavailable")
        assert (await room.say(a_question()))["reply"]["state"] == "running"
        puppet.finish_all()


async def test_a_question_that_could_not_be_stored_may_be_asked_again_at_once(
    cast: People, puppet: Puppet, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stage.server.app[REPLIES]._store
    room = await a_room(cast)
    monkeypatch.setattr(store, "add_question", failing_once(store.add_question, done=False))
    with pytest.raises(Refused, match="store_unavailable"):
        await room.say(a_question())
    ask = await asked(puppet, room)
    ask.line.finish()
    await ask.ended("complete")


async def test_what_another_node_holds_for_a_reply_to_come_is_left_to_it(
    cast: People, stage: Stage, serve: Serve
) -> None:
    room, other = await a_room(cast), await serve()
    await other.app[REPLIES].claims.take(room.id, new_id(), room.student.id)
    with pytest.raises(ReplyRunning):
        await stage.server.app[REPLIES].claims.take(room.id, new_id(), room.student.id)


async def test_of_many_questions_at_one_moment_no_more_than_allowed_are_answered(cast: People, stage: Stage) -> None:
    student = await cast.student()
    rooms = [await a_room(cast, student) for _ in range(5)]
    ids = [new_id() for _ in rooms]
    claim = stage.server.app[REPLIES].claims.take
    claims = [claim(room.id, each, student.id) for room, each in zip(rooms, reversed(ids), strict=True)]
    results = await asyncio.gather(*claims, return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [TooManyReplies] * 3


async def test_nothing_is_said_into_a_room_that_was_deleted_a_moment_ago(cast: People, stage: Stage) -> None:
    room, chat = await a_room(cast), chat_of(stage.server)
    async with chat._turns.of(room.id):
        deleting = asyncio.create_task(chat.delete(a_caller(room.student), room.id))
        await asyncio.sleep(0)
        command = SendMessage(conversation_id=room.id, client_id=a_client_id(), text="too late")
        sending = asyncio.create_task(chat.send(a_caller(room.student), command))
        await asyncio.sleep(0.05)
    assert (await deleting).conversation.deleted
    with pytest.raises(NotFound):
        await sending
    assert await chat._store.messages(room.id, 0) == []


async def test_a_redis_that_lost_the_parts_gets_all_of_them_again(cast: People, puppet: Puppet, stage: Stage) -> None:
    replies, redis = stage.server.app[REPLIES], stage.server.app[REDIS]
    parts_log = replies.delivery._log
    ask = await asked(puppet, await a_room(cast))
    ask.line.say("one ", "two ")
    running = replies.running(ask.reply_id)
    assert running is not None
    await until(lambda: running.logged == 2)
    await redis.delete(*parts_log._keys(ask.reply_id))
    ask.line.say("three")
    await until(lambda: len(running.parts) == 3)
    ask.line.say(" four")
    await until(lambda: running.logged == 4)
    parts = await parts_log.read(ask.reply_id, 0)
    assert [part.text for part in parts or ()] == ["one ", "two ", "three", " four"]
    ask.line.finish()
    await ask.ended("complete")
