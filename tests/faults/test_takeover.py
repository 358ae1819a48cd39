"""T-03: nodes die or freeze with replies in their hands; others take them over, and every reply ends once (P3)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.chat.factories import Puppet, Room, a_question
from tests.core.raw import until
from tests.factories import Json, People, Person, Server, start_server
from tests.faults.pairs import CHAT, REDIS, SOCKETS
from tests.faults.proxy import Proxy
from tests.faults.runs import Runs
from tests.faults.tabs import FINAL, Tab
from tutor.core.mongo import MONGO
from tutor.core.status import STATUS
from tutor.settings import Settings

LEASE_S = 2.0
PARTS = 10
ENDED_WITHIN_S = 60.0
DEAD, FROZEN = 0.20, 0.15
AT_ONCE = 20  # all four nodes share one process, and so the few threads that wait for a dead MongoDB


@dataclass
class Doomed:
    """A node behind proxies: when they cut or hold everything, it is dead or frozen to all others."""

    server: Server
    proxies: Sequence[Proxy]

    def die(self) -> None:
        for proxy in self.proxies:
            proxy.refuse()

    async def come_back(self) -> None:
        """Let a dead node have its stores again; what it still believes to hold is not its own any more."""
        for proxy in self.proxies:
            proxy.refuse(refusing=False)
        status = self.server.app[STATUS]
        await until(lambda: status.well, within_s=ENDED_WITHIN_S)

    def freeze(self) -> None:
        for proxy in self.proxies:
            proxy.freeze()

    def thaw(self) -> None:
        for proxy in self.proxies:
            proxy.thaw()


@dataclass
class Town:
    """Two nodes that live on, one that dies and one that freezes, all with one model."""

    nodes: list[Server]
    dying: Doomed
    freezing: Doomed
    puppet: Puppet
    people: People


@asynccontextmanager
async def a_town(settings: Settings) -> AsyncIterator[Town]:
    puppet = Puppet()
    chat = CHAT | {"lease_s": LEASE_S, "drain_s": 0.5}
    async with AsyncExitStack() as stack:

        async def start(**changes: Json) -> Server:
            sections: dict[str, Any] = {"chat": chat, "sockets": SOCKETS, "redis": REDIS, **changes}
            server = await stack.enter_async_context(start_server(settings, model=puppet, **sections))
            puppet.follow(server)
            return server

        async def start_doomed() -> Doomed:
            port = int(settings.mongodb.url.rsplit(":", 1)[1].split("/")[0])
            redis = await stack.enter_async_context(Proxy(Path(settings.redis.url.removeprefix("unix://"))))
            mongodb = await stack.enter_async_context(Proxy(("127.0.0.1", port)))
            query = settings.mongodb.url.partition("/?")[2]
            server = await start(
                redis={"url": f"redis://127.0.0.1:{redis.port}"},
                mongodb={"url": f"mongodb://127.0.0.1:{mongodb.port}/?{query}", "timeout_ms": 8000},
            )
            return Doomed(server, (redis, mongodb))

        nodes = [await start(), await start()]
        dying, freezing = await start_doomed(), await start_doomed()
        people = await stack.enter_async_context(People(nodes[0]))
        yield Town(nodes, dying, freezing, puppet, people)
        puppet.finish_all()


@dataclass
class Story:
    """One question whose answer is written by `owner`, and a tab on each of the nodes that live on."""

    question: str
    owner: Server
    shown: int
    reply_id: str = ""
    tabs: list[Tab] = field(default_factory=list)


@pytest.mark.fault("T-03", full=200, part=6)
@pytest.mark.timeout(400)
async def test_every_reply_of_a_dead_or_frozen_node_ends_once_and_for_all(settings: Settings, runs: Runs) -> None:
    while runs.left:
        async with a_town(settings) as town:
            await strike(town, await town.people.student(), runs)
            await town.dying.come_back()


async def strike(town: Town, student: Person, runs: Runs) -> None:
    """Kill one node and freeze another while all write, and see how every reply ends."""
    stories = await begin(town, student, runs)
    struck = asyncio.Event()
    telling = [asyncio.create_task(tell(town.puppet, story, struck)) for story in stories]
    await asyncio.gather(*(tab.until_part(story.reply_id, story.shown) for story in stories for tab in story.tabs))
    town.dying.die()
    town.freezing.freeze()
    struck.set()
    await asyncio.sleep(LEASE_S * 3)
    town.freezing.thaw()
    async with asyncio.timeout(ENDED_WITHIN_S):
        ends = [[await tab.until_end(story.reply_id) for tab in story.tabs] for story in stories]
    await asyncio.sleep(LEASE_S)
    for story, seen in zip(stories, ends, strict=True):
        await judge(town, story, seen)
        runs.count()
    for task in telling:
        task.cancel()
    await asyncio.gather(*telling, return_exceptions=True)


async def begin(town: Town, student: Person, runs: Runs) -> list[Story]:
    """Ask a round's questions on their nodes, and open the tabs."""
    count = min(runs.left, AT_ONCE)
    dead, frozen = round(count * DEAD), round(count * FROZEN)
    owners = [town.dying.server] * dead + [town.freezing.server] * frozen
    owners += [runs.chance.choice(town.nodes) for _ in range(count - len(owners))]
    sockets = {owner.port: await _at(student, owner).connect() for owner in owners}
    stories = []
    for owner in owners:
        story = Story(a_question(), owner, runs.chance.randint(0, PARTS - 1))
        socket = sockets[owner.port]
        room = Room(student, socket, await student.converse(socket))
        story.reply_id = (await room.say(story.question))["reply"]["id"]
        story.tabs = [Tab(student, room.id) for _ in town.nodes]
        for tab, node in zip(story.tabs, town.nodes, strict=True):
            await tab.open(node)
        stories.append(story)
    return stories


def _at(person: Person, server: Server) -> Person:
    return Person(server, person.http, person.user, person.access_token, person.refresh_token, sockets=person.sockets)


async def tell(puppet: Puppet, story: Story, struck: asyncio.Event) -> None:
    """Be the model: say some parts before the strike and the rest after it, and all of it to whoever asks again."""
    for attempt in range(1, 4):
        with suppress(TimeoutError):
            line = await puppet.line(story.question, attempt)
            line.say(*(f"{attempt}.{part} " for part in range(story.shown)))
            await struck.wait()
            line.say(*(f"{attempt}.{part} " for part in range(story.shown, PARTS)))
            line.finish()


async def judge(town: Town, story: Story, ends: list[Json]) -> None:
    """One final state, told once to each viewer, and the text of one attempt without a gap."""
    (row,) = await town.nodes[0].app[MONGO]["messages"].find({"_id": story.reply_id}).to_list()
    assert row["state"] in FINAL
    assert {(end["state"], end["text"]) for end in ends} == {(row["state"], row["text"])}
    for tab in story.tabs:
        tab.read()  # who found the end by asking is told of it all the same, a moment later
        assert tab.socket.order[-1][0] != "reply.delta"
    assert [tab.ends[story.reply_id] for tab in story.tabs] == [1, 1]
    words = str(row["text"]).split()
    attempts = {word.partition(".")[0] for word in words}
    assert len(attempts) <= 1, f"two attempts in one text: {words}"
    assert words == [f"{attempt}.{part}" for attempt in attempts for part in range(len(words))]
    if story.owner in town.nodes:
        assert (row["state"], attempts, len(words)) == ("complete", {"1"}, PARTS)
    elif story.shown:
        assert attempts == {"1"}, "text that was read is replaced"
        assert len(words) >= story.shown
    else:
        assert row["state"] == "complete"
        assert len(words) == PARTS
