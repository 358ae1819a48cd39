"""MongoDB fails for a moment at the worst places, and the room still comes to its end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import pytest
from pymongo.errors import AutoReconnect

from tests.chat.conftest import Stage
from tests.chat.factories import Puppet, a_question, a_room, asked
from tests.conftest import Serve
from tests.factories import People, Refused
from tutor.chat.context import REPLIES
from tutor.chat.errors import ReplyRunning, TooManyReplies
from tutor.core.clock import new_id

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


async def test_a_reply_that_mongodb_did_not_let_begin_fails_with_a_sentence(
    cast: People, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stage.server.app[REPLIES]._store
    room = await a_room(cast)
    monkeypatch.setattr(store, "start", failing_once(store.start, done=False))
    sent = await room.say(a_question())
    end = await room.socket.until("reply.finished", reply_id=sent["reply"]["id"])
    assert (end["state"], end["message"]["reply"]["error"]) == ("failed", "store_unavailable")
    assert (await room.say(a_question()))["reply"]["state"] == "queued"


async def test_a_question_that_could_not_be_stored_may_be_asked_again_at_once(
    cast: People, puppet: Puppet, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stage.server.app[REPLIES]._store
    room = await a_room(cast)
    monkeypatch.setattr(store, "add_message", failing_once(store.add_message, done=False))
    with pytest.raises(Refused, match="store_unavailable"):
        await room.say(a_question())
    ask = await asked(puppet, room)
    ask.line.finish()
    await ask.ended("complete")


async def test_what_another_node_holds_for_a_reply_to_come_is_left_to_it(
    cast: People, stage: Stage, serve: Serve
) -> None:
    room, other = await a_room(cast), await serve()
    await other.app[REPLIES].claim(room.id, new_id(), room.student.id)
    with pytest.raises(ReplyRunning):
        await stage.server.app[REPLIES].claim(room.id, new_id(), room.student.id)


async def test_of_many_questions_at_one_moment_no_more_than_allowed_are_answered(cast: People, stage: Stage) -> None:
    student = await cast.student()
    rooms = [await a_room(cast, student) for _ in range(5)]
    ids = [new_id() for _ in rooms]
    claim = stage.server.app[REPLIES].claim
    claims = [claim(room.id, each, student.id) for room, each in zip(rooms, reversed(ids), strict=True)]
    results = await asyncio.gather(*claims, return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [TooManyReplies] * 3
