"""The MongoDB client's promises, on the wire, and the mapping of dataclasses to documents."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pymongo import IndexModel, monitoring
from pymongo.errors import PyMongoError

from tests.core.raw import until
from tutor.core.clock import new_id
from tutor.core.cursors import Position
from tutor.core.doors import explain
from tutor.core.errors import Internal, StoreUnavailable
from tutor.core.mongo import (
    Database,
    Mapped,
    MongoSettings,
    connect,
    documents,
    ensure_indexes,
    newest_first,
    ping,
)
from tutor.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    place: int
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Hall:
    """A noun with everything that a noun may have."""

    id: str
    name: str
    names: tuple[str, ...]
    desk: Desk
    opened_at: datetime
    spare: Desk | None = None
    desks: tuple[Desk, ...] = field(default=())


HALLS = Mapped(Hall)
MOMENT = datetime(2026, 3, 1, 8, 30, 0, 123000, tzinfo=UTC)


class Listening(monitoring.CommandListener):
    """Remembers the commands that leave for the server."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.commands.append({**event.command, "name": event.command_name})

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def test_every_write_asks_for_a_majority_and_the_journal() -> None:
    client = connect(MongoSettings("mongodb://127.0.0.1:1", "x", 100, 1))
    for level in (client, client["x"], client["x"]["y"]):
        assert level.write_concern.document == {"w": "majority", "j": True}
    client.close()


async def test_the_write_concern_is_on_the_wire(settings: Settings) -> None:
    listening = Listening()
    known = monitoring._LISTENERS.command_listeners
    known.append(listening)
    client = connect(MongoSettings(settings.mongodb.url, "wire", 4000, 2))
    halls = client["wire"]["halls"]
    await halls.insert_one({"_id": new_id()})
    await halls.update_one({"_id": "x"}, {"$set": {"a": 1}})
    await halls.find_one_and_update({"_id": "x"}, {"$set": {"a": 1}})
    client.close()
    known.remove(listening)
    writes = [command for command in listening.commands if command["name"] in {"insert", "update", "findAndModify"}]
    assert len(writes) == 3
    assert [write["writeConcern"] for write in writes] == [{"w": "majority", "j": True}] * 3
    assert all("maxTimeMS" in command for command in writes)


async def test_a_server_that_is_away_is_a_named_error_in_good_time() -> None:
    client = connect(MongoSettings("mongodb://127.0.0.1:1", "x", 200, 1))
    with pytest.raises(PyMongoError) as away:
        await ping(client["x"])
    client.close()
    assert isinstance(explain(away.value), StoreUnavailable)
    assert isinstance(explain(ValueError()), Internal)


async def test_a_noun_comes_back_as_it_went(database: Database) -> None:
    desks = (Desk(1), Desk(2, "ming"))
    for hall in (
        Hall(new_id(), "大厅", (), Desk(0), MOMENT),
        Hall(new_id(), "", ("a", "b"), Desk(3, "hong"), MOMENT, Desk(9), desks),
    ):
        await database["halls"].insert_one(HALLS.to_document(hall))
        found = await database["halls"].find_one({"_id": hall.id})
        assert found is not None
        assert HALLS.from_document(found) == hall


@given(st.builds(Hall, id=st.text(), desk=st.builds(Desk), desks=st.tuples(st.builds(Desk), st.builds(Desk))))
def test_any_noun_comes_back_from_its_document(hall: Hall) -> None:
    document = HALLS.to_document(hall)
    assert document["_id"] == hall.id
    assert "id" not in document
    assert HALLS.from_document(document) == hall


def test_what_the_noun_does_not_name_is_left_out() -> None:
    document = HALLS.to_document(Hall("1", "a", (), Desk(0), MOMENT)) | {"running": True}
    assert HALLS.from_document(document).name == "a"


@pytest.mark.parametrize("changes", [{"desk": None}, {"names": "abc"}, {"opened_at": "x"}, {"_id": None}])
def test_a_document_that_does_not_fit_is_no_noun(changes: dict[str, Any]) -> None:
    document = HALLS.to_document(Hall("1", "a", (), Desk(0), MOMENT))
    with pytest.raises(ValidationError):
        HALLS.from_document(document | changes)


async def test_documents_come_in_order_and_no_more_than_asked(database: Database) -> None:
    await database["rows"].delete_many({})
    await database["rows"].insert_many([{"n": n} for n in (3, 1, 2)])
    assert [row["n"] async for row in documents(database["rows"], {}, order=[("n", -1)], limit=2)] == [3, 2]
    assert len([row async for row in documents(database["rows"], {})]) == 3


async def test_the_clients_threads_end_with_it(settings: Settings) -> None:
    client = connect(MongoSettings(settings.mongodb.url, "x", 4000, 2))
    await ping(client["x"])
    client.close()
    await until(lambda: not client.delegate._topology._opened)


async def test_a_list_by_time_comes_in_pages_without_reading_the_whole_collection(database: Database) -> None:
    told = database["told"]
    await ensure_indexes(told, [IndexModel([("whose", 1), ("at", -1)])])
    moments = [MOMENT + timedelta(seconds=number // 4) for number in range(20)]  # four of each moment
    mine = [{"_id": f"{number:02}", "whose": "me", "at": moment} for number, moment in enumerate(moments)]
    await told.insert_many([*mine, *({**row, "_id": f"x{row['_id']}", "whose": "you"} for row in mine)])
    seen: list[str] = []
    before: Position | None = None
    while page := await newest_first(told, {"whose": "me"}, "at", before, 3):
        assert len(page) <= 3
        seen += [str(row["_id"]) for row in page]
        before = (moments[int(seen[-1])], seen[-1])
    assert seen == [f"{number:02}" for number in reversed(range(20))]
    for at in (MOMENT, {"$lt": MOMENT + timedelta(seconds=1)}):
        find = {"find": "told", "filter": {"whose": "me", "at": at}, "sort": {"at": -1, "_id": -1}}
        done = await database.command("explain", find, verbosity="executionStats")
        assert done["executionStats"]["totalDocsExamined"] == 4
