"""Backup and restore between two databases of the embedded MongoDB."""

import gzip
import os
import stat
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import bson
import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core import archive
from tutor.core.archive import ArchiveBroken, DatabaseNotEmpty, RestoreIncomplete, backup, restore
from tutor.core.embedded import EmbeddedStores
from tutor.core.mongo import Client, Database, Document

INDEXES = [
    IndexModel([("seq", ASCENDING), ("at", DESCENDING)], name="by_seq", unique=True),
    IndexModel("mail", name="by_mail", unique=True, partialFilterExpression={"mail": {"$type": "string"}}),
    IndexModel("gone_at", name="to_go", expireAfterSeconds=3600),
]
LAST_FRAME = 5 + len(bson.encode({"messages": 5000, "empty": 0}))


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with EmbeddedStores(tmp_path_factory.mktemp("data"), redis=False) as addresses:
        client: Client = AsyncIOMotorClient(addresses.mongodb_url, tz_aware=True)
        yield client
        client.close()


@pytest.fixture
async def school(client: Client) -> AsyncIterator[Database]:
    yield client.school
    await client.drop_database("school")


@pytest.fixture
async def copy(client: Client) -> AsyncIterator[Database]:
    yield client.copy
    await client.drop_database("copy")


def message(seq: int) -> Document:
    return {
        "_id": ObjectId(),
        "seq": Int64(seq),
        "at": datetime(2026, 9, 1, 8, 0, 0, 123000, tzinfo=UTC),
        "text": "分数 ½ 🎒" * 20,
        "photo": Binary(bytes(range(256)), 128),
        "marks": Decimal128("9.50"),
        "nested": {"z": 1, "a": [None, True, 2.5]},
    }


async def fill(school: Database) -> list[Document]:
    messages = [message(seq) for seq in range(5000)]
    await school.messages.create_indexes(INDEXES)
    await school.messages.insert_many(messages)
    await school.create_collection("empty", validator={"$jsonSchema": {"required": ["name"]}})
    return messages


async def test_a_restored_database_equals_the_one_that_was_backed_up(
    school: Database, copy: Database, tmp_path: Path
) -> None:
    messages = await fill(school)
    file = tmp_path / "school.backup"
    assert await backup(school, file) == {"messages": 5000, "empty": 0}
    assert await restore(copy, file) == {"messages": 5000, "empty": 0}
    assert await copy.messages.find().sort("seq").to_list(None) == messages
    assert await copy.messages.index_information() == await school.messages.index_information()
    assert (await copy.messages.index_information())["to_go"]["expireAfterSeconds"] == 3600
    with pytest.raises(DuplicateKeyError):
        await copy.messages.insert_one({"seq": 7, "at": messages[7]["at"]})
    options = await copy.empty.options()
    assert options["validator"] == {"$jsonSchema": {"required": ["name"]}}


async def test_both_ways_tell_how_far_they_are(school: Database, copy: Database, tmp_path: Path) -> None:
    await fill(school)
    told: list[tuple[str, int]] = []
    await backup(school, tmp_path / "file", lambda name, done: told.append((name, done)))
    assert told[-1] == ("messages", 5000)
    assert len(told) > 1
    told.clear()
    await restore(copy, tmp_path / "file", lambda name, done: told.append((name, done)))
    assert told[-1] == ("messages", 5000)


async def test_the_file_is_for_its_owner_only_and_nothing_else_is_left(school: Database, tmp_path: Path) -> None:
    await fill(school)
    await backup(school, tmp_path / "file")
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208 (async tests may not walk with pathlib)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


async def test_a_backup_of_nothing_restores_to_nothing(school: Database, copy: Database, tmp_path: Path) -> None:
    assert await backup(school, tmp_path / "file") == {}
    assert await restore(copy, tmp_path / "file") == {}


async def test_a_database_that_holds_anything_is_not_touched(school: Database, tmp_path: Path) -> None:
    await fill(school)
    await backup(school, tmp_path / "file")
    with pytest.raises(DatabaseNotEmpty) as refused:
        await restore(school, tmp_path / "file")
    assert refused.value.facts in (
        {"database": "school", "collections": ["empty", "messages"]},
        {"database": "school", "collections": ["messages", "empty"]},
    )


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: data[:600] + b"\0\0\0\0" + data[604:], "damaged"),
        (lambda _: b"plain text", "damaged"),
        (lambda _: gzip.compress(b"H\x00"), "damaged"),
        (lambda _: b"", "cut off"),
        (lambda data: gzip.compress(gzip.decompress(data)[:-LAST_FRAME]), "cut off"),
    ],
    ids=["half", "bits flipped", "text", "short frame", "empty", "no end"],
)
async def test_a_bad_file_is_refused_before_anything_is_written(
    school: Database, copy: Database, tmp_path: Path, damage: Callable[[bytes], bytes], problem: str
) -> None:
    await fill(school)
    file = tmp_path / "file"
    await backup(school, file)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ArchiveBroken) as refused:
        await restore(copy, file)
    assert refused.value.facts == {"file": str(file), "problem": problem}
    assert await copy.list_collection_names() == []


async def test_a_missing_file_is_named(copy: Database, tmp_path: Path) -> None:
    with pytest.raises(ArchiveBroken) as refused:
        await restore(copy, tmp_path / "nowhere")
    assert refused.value.facts["problem"] == "missing"


async def test_a_restore_that_fails_leaves_the_database_empty(
    school: Database, copy: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(school)
    await backup(school, tmp_path / "file")

    async def miscount(database: Database, expected: archive.Counts) -> None:
        raise RestoreIncomplete(collection="messages", expected=expected["messages"], found=1)

    monkeypatch.setattr(archive, "_verify", miscount)
    with pytest.raises(RestoreIncomplete):
        await restore(copy, tmp_path / "file")
    assert await copy.list_collection_names() == []


async def test_a_wrong_number_of_documents_is_noticed(school: Database) -> None:
    await fill(school)
    with pytest.raises(RestoreIncomplete) as noticed:
        await archive._verify(school, {"messages": 5001, "empty": 0})
    assert noticed.value.facts == {"collection": "messages", "expected": 5001, "found": 5000}
