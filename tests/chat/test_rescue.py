"""Nodes that go away, freeze or come back in the middle of a reply: it ends once, and what was read stays."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.chat.conftest import LEASE_S, Stage, swept
from tests.chat.factories import Line, Puppet, Room, a_question, a_room, parts_of
from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import People, Server, Socket
from tutor.chat import rescue
from tutor.chat.context import REPLIES, RESCUE
from tutor.chat.keeper import Keeper
from tutor.chat.running import Running

pytestmark = pytest.mark.usefixtures("nobody_sweeps")


@dataclass
class Far:
    """A second node whose reply nobody renews: to the others it is dead, and yet it writes on."""

    server: Server
    room: Room
    there: Socket
    reply_id: str
    line: Line

    @property
    def running(self) -> Running | None:
        return self.server.app[REPLIES].running(self.reply_id)


@pytest.fixture
async def far(cast: People, puppet: Puppet, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Far]:
    async def see_to_nothing(_keeper: Keeper, _replies: list[Running]) -> None: ...

    room, question = await a_room(cast), a_question()
    server = await serve(model=puppet, chat={"part_ms": 0.001, "lease_s": LEASE_S})
    puppet.follow(server)
    async with People(server) as elsewhere:
        there = await (await elsewhere.sign_in(room.student.user["username"])).connect()
        await room.open(there)
        monkeypatch.setattr(Keeper, "_look_after", see_to_nothing)
        reply_id = (await room.say(question, there))["reply"]["id"]
        yield Far(server, room, there, reply_id, await puppet.line(question))
        puppet.finish_all()


async def test_a_reply_that_was_read_ends_as_interrupted_with_that_text(far: Far, stage: Stage) -> None:
    far.line.say("read ", "by many")
    await far.room.socket.until("reply.delta", 2, reply_id=far.reply_id)
    await swept(stage.server)
    for viewer in (far.room.socket, far.there):
        end = await viewer.until("reply.finished", reply_id=far.reply_id)
        assert (end["state"], end["parts"], end["message"]["text"]) == ("interrupted", 2, "read by many")
        assert end["message"]["reply"]["error"] == "reply_interrupted"


async def test_the_old_owner_shows_and_stores_nothing_more(far: Far, stage: Stage) -> None:
    far.line.say("read ")
    await far.room.socket.until("reply.delta", reply_id=far.reply_id)
    await swept(stage.server)
    far.line.say("zombie")
    far.line.finish()
    await until(lambda: far.running is None)
    await asyncio.sleep(0.05)
    assert (await far.room.messages())[1]["text"] == "read "
    for viewer in (far.room.socket, far.there):
        assert parts_of(viewer, far.reply_id) == ["read "]
        assert len(viewer.heard["reply.finished"]) == 1


async def test_a_reply_of_which_nothing_was_shown_is_written_by_another_node(
    far: Far, stage: Stage, puppet: Puppet
) -> None:
    await swept(stage.server)
    line = await puppet.line(far.line.prompt.question, 2)
    assert line.prompt.turns == far.line.prompt.turns
    line.say("again")
    line.finish()
    far.line.say("zombie")
    far.line.finish()
    for viewer in (far.room.socket, far.there):
        end = await viewer.until("reply.finished", reply_id=far.reply_id)
        assert (end["state"], end["message"]["text"]) == ("complete", "again")
        assert parts_of(viewer, far.reply_id) == ["again"]
    await until(lambda: far.running is None)
    assert [message["text"] for message in await far.room.messages()][1:] == ["again"]


async def test_a_reply_that_two_nodes_have_lost_is_not_tried_a_third_time(
    far: Far, stage: Stage, puppet: Puppet, serve: Serve
) -> None:
    second = await serve(model=puppet, chat={"lease_s": LEASE_S})
    await swept(second)
    await puppet.line(far.line.prompt.question, 2)
    await swept(stage.server)
    end = await far.room.socket.until("reply.finished", reply_id=far.reply_id)
    assert (end["state"], end["message"]["text"]) == ("interrupted", "")


async def test_of_many_nodes_that_find_it_one_takes_it_over(far: Far, stage: Stage, puppet: Puppet) -> None:
    await asyncio.gather(*(swept(stage.server) for _ in range(5)))
    line = await puppet.line(far.line.prompt.question, 2)
    line.say("once")
    line.finish()
    end = await far.room.socket.until("reply.finished", reply_id=far.reply_id)
    assert (end["state"], end["message"]["text"]) == ("complete", "once")
    assert len(far.room.socket.heard["reply.finished"]) == 1


async def test_a_reply_that_nobody_holds_is_found_and_ended(
    far: Far, stage: Stage, puppet: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.server.app[REPLIES].claims.give_back(far.room.id, far.reply_id)
    await swept(stage.server)
    assert not far.room.socket.heard["reply.finished"]
    monkeypatch.setattr(rescue, "ORPHANED", timedelta())
    await stage.server.app[RESCUE].adopt_orphans()
    await swept(stage.server)
    line = await puppet.line(far.line.prompt.question, 2)
    line.finish()
    await far.room.socket.until("reply.finished", reply_id=far.reply_id)


async def test_a_node_that_goes_down_leaves_unseen_replies_to_others_and_keeps_seen_ones(
    puppet: Puppet, cast: People, stage: Stage, serve: Serve
) -> None:
    going = await serve(model=puppet, chat={"part_ms": 0.001})
    puppet.follow(going)
    async with People(going) as there:
        seen, unseen = await a_room(there), await a_room(there)
        asked = [(room, a_question()) for room in (seen, unseen)]
        replies = [(await room.say(question))["reply"]["id"] for room, question in asked]
        (await puppet.line(asked[0][1])).say("half of ")
        await seen.socket.until("reply.delta")
        await puppet.line(asked[1][1])
        watcher = await (await cast.sign_in(unseen.student.user["username"])).connect()
        await unseen.open(watcher)
        await going.app[REPLIES].drain(0.1)
        end = await seen.socket.until("reply.finished", reply_id=replies[0])
        assert (end["state"], end["message"]["text"]) == ("interrupted", "half of ")
        await swept(stage.server, after_s=0)
        line = await puppet.line(asked[1][1], 2)
        line.say("all of it")
        line.finish()
        end = await watcher.until("reply.finished", reply_id=replies[1])
        assert (end["state"], end["message"]["text"]) == ("complete", "all of it")
