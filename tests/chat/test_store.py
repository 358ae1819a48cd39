"""The chat's documents: seq without holes under many writers, the fence that refuses a zombie, replies ended once."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.chat.factories import Puppet, a_caller, a_room, chat_of
from tests.factories import People, Server, a_client_id
from tutor.chat.messages import SendMessage
from tutor.chat.models import Author, Conversation, Message, Reply
from tutor.chat.store import ChatStore, Checkpoint
from tutor.core.clock import Clock, new_id
from tutor.core.leases import Lease
from tutor.core.mongo import Database

NODE = "node"


@pytest.fixture
async def store(database: Database) -> ChatStore:
    made = ChatStore(database)
    await made.prepare()
    return made


def now() -> datetime:
    return Clock().now()


def a_message(conversation_id: str, **changes: Any) -> Message:
    values: dict[str, Any] = {
        "id": new_id(),
        "conversation_id": conversation_id,
        "seq": 1,
        "client_id": a_client_id(),
        "author": Author("teacher", "1" * 24, "王"),
        "text": "hi",
        "state": "sent",
        "created_at": now(),
    }
    return Message(**(values | changes))


def a_checkpoint(reply_id: str, text: str, fence: int = 1) -> Checkpoint:
    return Checkpoint(reply_id, fence, text, len(text), "puppet", "puppet-1")


async def a_reply(store: ChatStore, conversation_id: str, fence: int = 1, node: str = NODE) -> Message:
    """A reply that is being written and held."""
    facts = Reply(new_id(), 1, fence)
    stub = a_message(conversation_id, author=Author("tutor"), state="queued", text="", reply=facts)
    reply, _ = await store.add_message(stub, "5" * 24)
    assert await store.leases.take(Lease(conversation_id, reply.id, "5" * 24, node, now() + timedelta(seconds=15)))
    assert await store.start(reply.id, fence)
    return reply


async def test_many_writers_number_their_messages_without_hole_or_double(store: ChatStore) -> None:
    conversation_id = new_id()

    async def write() -> None:
        hint = 0
        for _ in range(6):
            stored, _ = await store.add_message(a_message(conversation_id, seq=hint + 1), "5" * 24)
            hint = stored.seq

    await asyncio.gather(*(write() for _ in range(8)))
    rows = await store.messages(conversation_id, 0)
    assert [row.seq for row in rows] == list(range(1, 49))


@pytest.mark.parametrize("seed", range(3))
async def test_writers_that_are_cancelled_anywhere_leave_no_hole(cast: People, seed: int) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    chat, caller = chat_of(cast.server), a_caller(teacher)
    chance = random.Random(seed)  # noqa: S311  # picks moments, guards nothing
    commands = [SendMessage(conversation_id=room.id, client_id=a_client_id(), text=str(n)) for n in range(16)]

    async def send(command: SendMessage) -> None:
        task = asyncio.create_task(chat.send(caller, command))
        await asyncio.wait([task], timeout=chance.random() * 0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    await asyncio.gather(*(send(command) for command in commands))
    await asyncio.sleep(0.05)  # a write that was on its way is still stored
    answers = await asyncio.gather(*(chat.send(caller, command) for command in commands))
    messages = await room.messages()
    assert [message["seq"] for message in messages] == list(range(1, 17))
    assert sorted(message["text"] for message in messages) == sorted(map(str, range(16)))
    assert {answer.message.id for answer in answers} == {message["id"] for message in messages}


async def test_the_same_client_id_at_once_is_stored_once(store: ChatStore) -> None:
    conversation_id, client_id = new_id(), a_client_id()
    added = await asyncio.gather(
        *(store.add_message(a_message(conversation_id, client_id=client_id), "5" * 24) for _ in range(10))
    )
    assert [created for _, created in added].count(True) == 1
    assert len({message.id for message, _ in added}) == 1


async def test_a_conversation_with_the_same_client_id_is_the_same(store: ChatStore) -> None:
    first = Conversation(new_id(), new_id(), "x", "t", "math", 7, "guide", 0, now(), now())
    same = replace(first, id=new_id(), title="other")
    assert await store.add_conversation(first) == (first, True)
    assert await store.add_conversation(same) == (first, False)


async def test_the_hint_never_goes_back(store: ChatStore) -> None:
    made = Conversation(new_id(), new_id(), "x", "t", "math", 7, "guide", 0, now(), now())
    await store.add_conversation(made)
    later = now() + timedelta(hours=1)
    await store.touch(made.id, 5, later)
    await store.touch(made.id, 3, datetime(2020, 1, 1, tzinfo=UTC))
    found = await store.conversation(made.id)
    assert found is not None
    assert (found.last_seq, found.updated_at) == (5, later)


async def test_a_zombie_with_an_old_fence_changes_nothing(store: ChatStore) -> None:
    reply = await a_reply(store, new_id(), fence=2)
    old = Reply(reply.reply.question_id if reply.reply else "", 1, 1)
    assert await store.checkpoint([a_checkpoint(reply.id, "zombie")]) == {reply.id}
    assert not await store.start(reply.id, 1)
    assert await store.finish(reply, "complete", "zombie", old) is None
    found = await store.message(reply.conversation_id, reply.id)
    assert found is not None
    assert (found.text, found.state) == ("", "running")


async def test_a_reply_ends_once(store: ChatStore) -> None:
    reply = await a_reply(store, new_id())
    assert reply.reply is not None
    ended = await asyncio.gather(
        *(store.finish(reply, state, state, reply.reply) for state in ("complete", "stopped", "failed"))
    )
    (first,) = [message for message in ended if message is not None]
    assert first.text == first.state
    assert await store.running_reply(reply.conversation_id) is None
    assert await store.checkpoint([a_checkpoint(reply.id, "late")]) == {reply.id}
    assert not await store.leases.ask_to_stop(reply.conversation_id, reply.id)


async def test_word_to_stop_reaches_the_writer(store: ChatStore) -> None:
    node = new_id()
    reply, other = await a_reply(store, new_id(), node=node), await a_reply(store, new_id(), node=node)
    assert await store.leases.words_for(node) == []
    assert await store.leases.ask_to_stop(reply.conversation_id, reply.id)
    assert not await store.leases.ask_to_stop(other.conversation_id, reply.id)
    assert [lease.subject for lease in await store.leases.words_for(node) if lease.stop_asked] == [reply.id]


@pytest.mark.parametrize("text", ["$x$ and $$y$$", "$text", "$$ROOT", "{}", ""])
async def test_no_text_is_taken_for_an_expression(store: ChatStore, text: str) -> None:
    reply = await a_reply(store, new_id())
    assert reply.reply is not None
    await store.checkpoint([Checkpoint(reply.id, 1, text, 1, "$reply", "m")])
    found = await store.message(reply.conversation_id, reply.id)
    assert found is not None
    assert (found.text, found.reply and found.reply.provider) == (text, "$reply")
    ended = await store.finish(reply, "complete", text + "!", reply.reply)
    assert ended is not None
    assert await store.message(reply.conversation_id, reply.id) == ended


async def test_checkpoints_of_many_replies_are_kept_together_and_those_of_others_are_named(store: ChatStore) -> None:
    mine, other = await a_reply(store, new_id()), await a_reply(store, new_id(), fence=2)
    lost = await store.checkpoint([a_checkpoint(mine.id, "ab"), a_checkpoint(other.id, "zombie")])
    assert lost == {other.id}
    found = await store.running_reply(mine.conversation_id)
    assert found is not None
    assert (found.text, found.reply.parts if found.reply else None) == ("ab", 2)


async def test_a_question_and_its_reply_are_stored_side_by_side_among_others(store: ChatStore) -> None:
    conversation_id = new_id()

    async def ask(number: int) -> tuple[Message, Message | None]:
        question = a_message(conversation_id, client_id=f"q{number}")
        return await store.add_question(question, a_message(conversation_id, client_id=f"r{number}"), "s")

    async def say(number: int) -> None:
        await store.add_message(a_message(conversation_id), "s")

    asked, _ = await asyncio.gather(asyncio.gather(*map(ask, range(10))), asyncio.gather(*map(say, range(10))))
    rows = await store.messages(conversation_id, 0)
    assert [row.seq for row in rows] == list(range(1, 31))
    assert {(pair[0].id, pair[0].seq) for pair in asked} <= {(row.id, row.seq) for row in rows}
    assert all(reply is not None and reply.seq > question.seq for question, reply in asked)


async def test_the_same_question_again_adds_nothing(store: ChatStore) -> None:
    conversation_id = new_id()
    question, reply = a_message(conversation_id), a_message(conversation_id)
    first, _ = await store.add_question(question, reply, "s")
    again = await store.add_question(replace(question, id=new_id()), replace(reply, id=new_id()), "s")
    assert again == (first, None)
    assert len(await store.messages(conversation_id, 0)) == 2


async def test_a_room_that_is_asked_in_again_and_again_goes_on(store: ChatStore) -> None:
    conversation_id = new_id()
    for _ in range(5):
        reply = await a_reply(store, conversation_id)
        assert reply.reply is not None
        assert await store.finish(reply, "complete", "done", reply.reply) is not None


async def test_a_crash_between_question_and_reply_is_healed_by_sending_again(
    cast: People, puppet: Puppet, stage: Any
) -> None:
    room = await a_room(cast)
    server: Server = stage.server
    question, client_id = f"why {new_id()}?", a_client_id()
    left = a_message(room.id, client_id=client_id, text=question, author=Author("student", room.student.id, "小明"))
    await chat_of(server)._store.add_message(left, room.student.id)
    sent = await room.say(question, client_id=client_id)
    assert (sent["message"]["id"], sent["message"]["seq"]) == (left.id, 1)
    line = await puppet.line(question)
    line.finish()
    assert (await room.socket.until("reply.finished"))["message"]["seq"] == 2
