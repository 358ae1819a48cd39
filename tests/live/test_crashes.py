"""What was acknowledged is in MongoDB after `kill -9` of the server, of its store, and of both, under load."""

import asyncio
import os
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import aiohttp
import pytest

from tests.factories import Json
from tests.live.process import ServerProcess
from tests.live.speakers import Acked, Ledger, Speaker, Student, Teacher, sign_in
from tutor.core.datafolder import running_addresses
from tutor.core.mongo import Database, Document, MongoSettings, connect

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

ROUNDS = 10 if os.environ.get("FAULTS") == "full" else 4
FINAL_S = 60.0
VICTIMS = ("server", "store", "both")
AGAIN = 25
UNFINISHED: Document = {"reply": {"$ne": None}, "state": {"$in": ["queued", "running"]}}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    # Slow replies, so that many are being written at any moment; short leases, so that their end comes soon.
    process = ServerProcess(
        tmp_path, AI_PACE_S="0.02", CHAT_LEASE_S="2", CHAT_CHECKPOINT_S="0.5", CHAT_MAX_REPLIES_PER_STUDENT="1000"
    )
    await process.start()
    yield process
    assert await process.stop() == []


@pytest.fixture
async def speakers(server: ServerProcess) -> AsyncIterator[list[Speaker]]:
    """A teacher and three students in the middle of lessons."""
    demo = await server.command("demo", "--json")
    ledger = Ledger()
    async with aiohttp.ClientSession(server.address) as http:
        people = [await sign_in(server, http, each["username"], each["password"]) for each in demo["people"]]
        students = [Student(person, ledger) for person in people if person.user["role"] == "student"]
        homes = [await student.begin() for student in students]
        teachers = [Teacher(people[0], ledger, homes) for _ in range(2)]
        yield [*teachers, *students]
        for person in people:
            for socket in person.sockets:
                await socket.close()


@asynccontextmanager
async def database_of(server: ServerProcess) -> AsyncIterator[Database]:
    """The server's MongoDB, past the server."""
    addresses = running_addresses(server.data)
    assert addresses
    assert addresses.mongodb_url
    client = connect(MongoSettings(addresses.mongodb_url, "tutor", 10_000, 4))
    try:
        yield client["tutor"]
    finally:
        client.close()


async def strike(server: ServerProcess, victim: str) -> None:
    """Kill, and see to it that a server stands on the same folder afterwards."""
    if victim == "store":
        killed = server.store()
        killed.kill()
        return  # the server starts it again by itself
    assert await server.kill(store=victim == "both") == [], "the killed server left something running"
    await server.start()


async def one_round(server: ServerProcess, speakers: list[Speaker], victim: str, moment_s: float) -> None:
    """Everybody talks; at some moment the victim is killed; everybody goes on until they have been answered again."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as talking:
        for speaker in speakers:
            talking.create_task(speaker.talk(stop))
        await asyncio.sleep(moment_s)
        await strike(server, victim)
        await asyncio.gather(*(speaker.until_answered() for speaker in speakers))
        stop.set()


async def stored_messages(database: Database) -> dict[str, list[Document]]:
    """All messages of all conversations, as they lie in MongoDB."""
    rows: dict[str, list[Document]] = defaultdict(list)
    async for row in database["messages"].find():
        rows[str(row["conversation_id"])].append(row)
    return {key: sorted(found, key=lambda row: int(str(row["seq"]))) for key, found in rows.items()}


async def listed_messages(speaker: Speaker, conversation_id: str) -> list[Json]:
    """All messages of a conversation as the API gives them, page by page."""
    items: list[Json] = []
    after: int | None = 0
    while after is not None:
        path = f"/conversations/{conversation_id}/messages?limit=100&after_seq={after}"
        page = await speaker.person.call("GET", path)
        items += page["items"]
        after = page["next"]
    return items


async def check_nothing_is_lost(server: ServerProcess, speakers: list[Speaker]) -> None:
    """Compare what was acknowledged with MongoDB and with the API."""
    teacher, ledger = speakers[0], speakers[0].ledger
    async with database_of(server) as database:
        stored = await stored_messages(database)
        known = await database["conversations"].count_documents({"_id": {"$in": ledger.conversations}})
        late = datetime.now(UTC) - timedelta(seconds=FINAL_S)
        assert await database["messages"].count_documents(UNFINISHED | {"created_at": {"$lt": late}}) == 0
    assert known == len(ledger.conversations), "an acknowledged conversation is lost"
    listed = await asyncio.gather(*(listed_messages(teacher, each) for each in ledger.conversations))
    for conversation_id, items in zip(ledger.conversations, listed, strict=True):
        rows = stored.get(conversation_id, [])
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1)), "a gap, or a seq twice"
        assert [(item["id"], item["seq"]) for item in items] == [(row["_id"], row["seq"]) for row in rows]
        check_acks(ledger.acked_in(conversation_id), rows)


def check_acks(acks: Iterable[Acked], rows: list[Document]) -> None:
    by_client_id = {row["client_id"]: row for row in rows}
    assert len(by_client_id) == len(rows), "a message came twice"
    for acked in acks:
        row = by_client_id.get(acked.client_id)
        assert row, f"lost: {acked}"
        told = (acked.message["id"], acked.message["seq"], acked.text)
        assert (row["_id"], row["seq"], row["text"]) == told, "changed"
        if acked.reply_id is not None:
            assert acked.reply_id in {each["_id"] for each in rows}, f"no reply to {acked}"


async def check_asking_again(speakers: list[Speaker], chance: random.Random) -> None:
    """The same `client_id` again gives the same message and the same reply."""
    by_person = {speaker.person.id: speaker for speaker in speakers}
    acked = speakers[0].ledger.acked
    for each in chance.sample(acked, min(AGAIN, len(acked))):
        answer = await by_person[each.message["author"]["id"]].send(each.conversation_id, each.client_id, each.text)
        assert answer["message"] == each.message
        assert (answer["reply"] or {}).get("id") == each.reply_id


async def check_all_replies_end(server: ServerProcess) -> int:
    """Wait for the last replies; returns how many there were in all."""
    async with database_of(server) as database:
        async with asyncio.timeout(FINAL_S):
            while await database["messages"].count_documents(UNFINISHED):  # noqa: ASYNC110  # a database tells nothing
                await asyncio.sleep(0.2)
        return await database["messages"].count_documents({"reply": {"$ne": None}})


async def test_an_acknowledged_message_survives_kill_after_kill(server: ServerProcess, speakers: list[Speaker]) -> None:
    seed = int(os.environ.get("TUTOR_TEST_SEED") or random.SystemRandom().randrange(2**32))
    began = time.monotonic()
    print(f"\nseed {seed}")  # noqa: T201  # pytest shows it when the test fails
    chance = random.Random(seed)  # noqa: S311  # moments, no secrets
    for number, victim in enumerate(islice(VICTIMS * ROUNDS, ROUNDS)):
        before = len(speakers[0].ledger.acked)
        await one_round(server, speakers, victim, chance.uniform(0.2, 1.2))
        await check_nothing_is_lost(server, speakers)
        await check_asking_again(speakers, chance)
        acks = len(speakers[0].ledger.acked) - before
        print(f"round {number}: {victim} killed, {acks} acks, {time.monotonic() - began:.0f} s")  # noqa: T201
    replies = await check_all_replies_end(server)
    await check_nothing_is_lost(server, speakers)
    print(f"{len(speakers[0].ledger.acked)} acknowledged messages, {replies} replies, 0 lost")  # noqa: T201
