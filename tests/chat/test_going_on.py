"""Replies that were cut short and go on; places in the queue; and the heartbeat that finds what was missed."""

import asyncio

import pytest

from tests.chat.conftest import Stage
from tests.chat.factories import Asked, Puppet, a_question, a_room, asked
from tests.conftest import Serve
from tests.factories import People, Refused
from tutor.chat.context import READING


async def cut_short(cast: People, puppet: Puppet, text: str = "half of ") -> Asked:
    """A reply that was stopped after some text."""
    ask = await asked(puppet, await a_room(cast))
    ask.line.say(text)
    await ask.heard(1)
    await ask.room.on_reply("stop", ask.reply_id)
    await ask.ended("stopped")
    return ask


async def test_a_reply_goes_on_in_a_new_message_that_holds_only_what_follows(cast: People, puppet: Puppet) -> None:
    ask = await cut_short(cast, puppet)
    ticket = (await ask.room.on_reply("continue", ask.reply_id))["reply"]
    line = await puppet.line(ask.question, 2)
    assert line.prompt.so_far == "half of "
    line.say("the answer")
    line.finish()
    end = await ask.room.socket.until("reply.finished", reply_id=ticket["id"])
    assert (end["state"], end["message"]["text"]) == ("complete", "the answer")
    assert end["message"]["reply"]["continues"] == ask.reply_id
    assert [message["text"] for message in await ask.room.messages()][1:] == ["half of ", "the answer"]


async def test_what_goes_on_twice_is_told_all_that_was_said(cast: People, puppet: Puppet) -> None:
    ask = await cut_short(cast, puppet, "one ")
    second = (await ask.room.on_reply("continue", ask.reply_id))["reply"]["id"]
    (await puppet.line(ask.question, 2)).say("two ")
    await ask.room.socket.until("reply.delta", reply_id=second)
    await ask.room.on_reply("stop", second)
    await ask.room.socket.until("reply.finished", reply_id=second)
    await ask.room.on_reply("continue", second)
    line = await puppet.line(ask.question, 3)
    assert line.prompt.so_far == "one two "
    line.finish()


async def test_the_next_question_knows_both_halves(cast: People, puppet: Puppet) -> None:
    ask = await cut_short(cast, puppet)
    ticket = (await ask.room.on_reply("continue", ask.reply_id))["reply"]
    line = await puppet.line(ask.question, 2)
    line.say("the answer")
    line.finish()
    await ask.room.socket.until("reply.finished", reply_id=ticket["id"])
    after = await asked(puppet, ask.room)
    assert [turn.text for turn in after.line.prompt.turns[1:-1]] == ["half of ", "the answer"]
    after.line.finish()


async def test_a_complete_reply_and_an_empty_one_cannot_go_on(cast: People, puppet: Puppet) -> None:
    ask = await asked(puppet, await a_room(cast))
    ask.line.say("all of it")
    ask.line.finish()
    await ask.ended("complete")
    with pytest.raises(Refused, match="reply_not_continuable"):
        await ask.room.on_reply("continue", ask.reply_id)
    empty = await asked(puppet, ask.room)
    await empty.room.on_reply("stop", empty.reply_id)
    await empty.ended("stopped")
    with pytest.raises(Refused, match="reply_not_continuable"):
        await ask.room.on_reply("continue", empty.reply_id)


async def test_a_reply_that_was_too_long_goes_on(cast: People, puppet: Puppet) -> None:
    ask = await asked(puppet, await a_room(cast))
    ask.line.say("as much as fits")
    ask.line.finish("length")
    await ask.ended("complete")
    assert (await ask.room.on_reply("continue", ask.reply_id))["reply"]["state"] == "running"
    (await puppet.line(ask.question, 2)).finish()


async def test_who_waits_is_told_how_the_queue_moves(puppet: Puppet, serve: Serve) -> None:
    narrow = await serve(model=puppet, chat={"max_replies": 1, "part_ms": 0.001})
    async with People(narrow) as there:
        rooms = [await a_room(there) for _ in range(3)]
        questions = [a_question() for _ in rooms]
        sent = [await room.say(text) for room, text in zip(rooms, questions, strict=True)]
        assert [one["reply"].get("position") for one in sent] == [None, 1, 2]
        (await puppet.line(questions[0])).finish()
        assert (await rooms[2].socket.until("reply.queued"))["position"] == 1
        await rooms[1].socket.until("reply.started")
        for question in questions[1:]:
            (await puppet.line(question)).finish()


async def test_the_top_names_the_last_message_and_what_is_not_finished(
    cast: People, puppet: Puppet, stage: Stage
) -> None:
    reading = stage.server.app[READING]
    ask = await asked(puppet, await a_room(cast))
    ask.line.say("one ", "two ")
    await ask.heard(2)
    tops = await reading.tops(ask.room.id)
    assert tops is not None
    top = tops.room
    assert tops.staff is None
    assert (top.seq, top.reply and top.reply.part, top.reply and top.reply.id) == (2, 2, ask.reply_id)
    ask.line.finish()
    await ask.ended("complete")
    tops = await reading.tops(ask.room.id)
    assert tops is not None
    top = tops.room
    assert tops.staff is None
    assert (top.seq, top.reply) == (2, None)


async def test_the_top_sees_what_the_conversation_does_not_count_yet(cast: People, stage: Stage) -> None:
    room = await a_room(cast)
    teacher_like = stage.server.app[READING]._store
    conversation = await teacher_like.conversation(room.id)
    assert conversation is not None
    await asyncio.gather(room.say(a_question()))
    await teacher_like.change_conversation(room.id, {"title": "x"})
    await teacher_like._conversations.update_one({"_id": room.id}, {"$set": {"last_seq": 0}})
    tops = await stage.server.app[READING].tops(room.id)
    assert tops is not None
    assert tops.room.seq == 2
