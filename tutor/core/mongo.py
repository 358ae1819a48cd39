"""MongoDB through motor: the client with its durability and deadlines, and the few helpers that stores share.

Stores type against the names defined here, so that leaving motor for PyMongo's own async client is one file.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Generic, TypeAlias, TypeVar

from aiohttp import web
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
    AsyncIOMotorGridFSBucket,
)
from pydantic import TypeAdapter
from pymongo import DESCENDING, IndexModel
from pymongo.errors import PyMongoError

from tutor.core.cursors import Position
from tutor.core.errors import TutorError

Noun = TypeVar("Noun")
# What every call to a store can fail with, beside the named errors.
StoreFault = PyMongoError


class MongodbUnusable(TutorError):
    """MongoDB did not do what a start or a command needs. Fact: `problem`."""

    code = "mongodb_unusable"
    status = 503


Value: TypeAlias = object
Document: TypeAlias = dict[str, Value]
Client: TypeAlias = AsyncIOMotorClient[Document]
Database: TypeAlias = AsyncIOMotorDatabase[Document]
Collection: TypeAlias = AsyncIOMotorCollection[Document]
Bucket: TypeAlias = AsyncIOMotorGridFSBucket

MONGO: web.AppKey[Database] = web.AppKey("mongo", AsyncIOMotorDatabase)


@dataclass(frozen=True, slots=True)
class MongoSettings:
    """Where MongoDB is and how long we wait for it. Times in milliseconds."""

    url: str
    database: str
    timeout_ms: int
    pool_size: int


def connect(settings: MongoSettings) -> Client:
    """A client whose every write is on a majority's disk before it is acknowledged."""
    return AsyncIOMotorClient(
        settings.url,
        w="majority",
        journal=True,
        retryWrites=True,
        timeoutMS=settings.timeout_ms,
        serverSelectionTimeoutMS=settings.timeout_ms,
        waitQueueTimeoutMS=settings.timeout_ms,
        maxPoolSize=settings.pool_size,
        tz_aware=True,
        appname="wuhao-tutor",
    )


async def ensure_indexes(collection: Collection, indexes: Sequence[IndexModel]) -> None:
    """Create what is missing; existing indexes are left as they are."""
    await collection.create_indexes(list(indexes))


async def documents(
    collection: Collection,
    wanted: Mapping[str, Value],
    *,
    order: Sequence[tuple[str, int]] = (),
    limit: int = 0,
) -> AsyncIterator[Document]:
    """Yield the matching documents, sorted by `order`, at most `limit` of them (0: all)."""
    cursor = collection.find(wanted)
    if order:
        cursor = cursor.sort(list(order))
    async for document in cursor.limit(limit):
        yield document


async def newest_first(
    collection: Collection, wanted: Mapping[str, Value], by: str, before: Position | None, limit: int
) -> list[Document]:
    """The matching documents by the time `by`, the newest first, from after the position `before`; at most `limit` (0:
    all) of them.

    The embedded store finds one moment or a range in an index, and reads the whole collection for an `$or` of both.
    """
    order = ((by, DESCENDING), ("_id", DESCENDING))
    if before is None:
        return [row async for row in documents(collection, wanted, order=order, limit=limit)]
    moment, last_id = before
    alike = documents(collection, {**wanted, by: moment}, order=order)
    found = [row async for row in alike if str(row["_id"]) < last_id]
    found += [row async for row in documents(collection, {**wanted, by: {"$lt": moment}}, order=order, limit=limit)]
    return found[: limit or None]


def only_if(condition: Mapping[str, Value], changes: Mapping[str, Value]) -> list[Document]:
    """An update that sets fields only where an expression is true of the document, which is found by `_id` alone: the
    embedded store reads the whole collection for every other filter, and for every find-and-modify.
    """
    changed = {name: {"$cond": [condition, {"$literal": value}, f"${name}"]} for name, value in changes.items()}
    return [{"$set": changed}]


def bucket_of(database: Database, name: str) -> Bucket:
    """A place for long byte strings (GridFS): the collections `name.files` and `name.chunks`."""
    return AsyncIOMotorGridFSBucket(database, bucket_name=name)


async def ping(database: Database) -> None:
    """Raise a PyMongoError when MongoDB does not answer."""
    await database.command("ping")


async def time_of(database: Database) -> datetime:
    """The time of day on MongoDB's primary, in milliseconds. Raises a PyMongoError when it does not answer."""
    told: datetime = (await database.command("hello"))["localTime"]
    return told.replace(tzinfo=UTC)


class Mapped(Generic[Noun]):
    """Turns one dataclass into documents and back: `id` is `_id`, and what the dataclass does not name is left out."""

    def __init__(self, noun: type[Noun]) -> None:
        self._adapter: TypeAdapter[Noun] = TypeAdapter(noun)

    def to_document(self, value: Noun) -> Document:
        """The document of a value."""
        document = _plain(value)
        if not isinstance(document, dict):
            raise TypeError("only dataclasses become documents")
        if "id" in document:
            document["_id"] = document.pop("id")
        return document

    def from_document(self, document: Mapping[str, Value]) -> Noun:
        """The value of a document, checked against the dataclass's types."""
        return self._adapter.validate_python({**document, "id": document.get("_id")})


def _plain(value: Value) -> Value:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
