"""A whole database in one file, through the driver: for moving between MongoDB servers and for keeping copies.

`tutor backup` and `tutor restore` call it. Any MongoDB can be read and any empty one filled, so this is also the way
over an embedded store's change of its format on disk.

The file is gzip of frames. A frame is one letter, four bytes of length (little endian) and BSON: `H` the header, then
for each collection `C` its name, options and indexes and `D` batches of its documents as the server sent them, and at
last `E` with the number of documents of each collection. A file without its `E` was cut off and is refused.
"""

import gzip
import os
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import bson
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from tutor.core.errors import TutorError
from tutor.core.mongo import Database, Document

FORMAT = 1
DURABLE = WriteConcern("majority", j=True)
RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)

FRAME = struct.Struct("<cI")
HEADER, COLLECTION, DOCUMENTS, END = b"H", b"C", b"D", b"E"

Counts = Mapping[str, int]
"""How many documents of each collection."""

Progress = Callable[[str, int], None]
"""Told after each batch: the collection, and how many of its documents are done."""


class DatabaseNotEmpty(TutorError):
    """A backup is restored into an empty database only. Facts: `database`, `collections`."""

    code = "database_not_empty"
    status = 409


class ArchiveBroken(TutorError):
    """The file is no backup, was cut off or was damaged. Facts: `file`, `problem`."""

    code = "archive_broken"
    status = 422


class RestoreIncomplete(TutorError):
    """The database holds another number of documents than were restored. Facts: `collection`, `expected`, `found`."""

    code = "restore_incomplete"
    status = 500


async def backup(database: Database, path: Path, progress: Progress | None = None) -> Counts:
    """Write every collection of `database` to `path`, which is replaced in one step when all is written.

    Each collection is read once, from its beginning; what was acknowledged before the backup began is in it.
    """
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            with gzip.open(file, "wb", compresslevel=6) as packed:
                counts = await _write(database, packed, progress)
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return counts


async def restore(database: Database, path: Path, progress: Progress | None = None) -> Counts:
    """Fill the empty `database` from `path`: documents first, counted, then the indexes. All of it or nothing.

    Raises: ArchiveBroken, DatabaseNotEmpty, RestoreIncomplete.
    """
    expected = _check(path)
    taken = [str(info["name"]) for info in await _collections(database)]
    if taken:
        raise DatabaseNotEmpty(database=database.name, collections=taken)
    try:
        await _fill(database, path, progress)
        await _verify(database, expected)
        await _make_indexes(database, path)
    except (PyMongoError, TutorError):
        for name in expected:
            await database.drop_collection(name)
        raise
    return expected


async def _write(database: Database, packed: gzip.GzipFile, progress: Progress | None) -> Counts:
    counts: Counter[str] = Counter()
    _put(packed, HEADER, {"format": FORMAT, "database": database.name})
    for info in await _collections(database):
        name = str(info["name"])
        counts[name] = 0
        is_view = info.get("type") == "view"
        indexes = [] if is_view else await _indexes(database, name)
        _put(packed, COLLECTION, {"name": name, "options": info.get("options", {}), "indexes": indexes})
        if is_view:
            continue
        async for batch in database[name].find_raw_batches():
            _put_raw(packed, DOCUMENTS, batch)
            counts[name] += len(bson.decode_all(batch, RAW))
            if progress:
                progress(name, counts[name])
    _put(packed, END, counts)
    return counts


async def _collections(database: Database) -> list[Document]:
    answer = await database.command({"listCollections": 1, "cursor": {"batchSize": 10_000}})
    return [info for info in answer["cursor"]["firstBatch"] if not info["name"].startswith("system.")]


async def _indexes(database: Database, name: str) -> list[Document]:
    answer = await database.command({"listIndexes": name, "cursor": {"batchSize": 10_000}})
    own = (index for index in answer["cursor"]["firstBatch"] if index["name"] != "_id_")
    return [{option: value for option, value in index.items() if option != "ns"} for index in own]


async def _fill(database: Database, path: Path, progress: Progress | None) -> None:
    name, done = "", 0
    for kind, content in _frames(path):
        if kind == COLLECTION:
            collection = bson.decode(content)
            name, done = collection["name"], 0
            await database.command({"create": name, **collection["options"]})
        elif kind == DOCUMENTS:
            documents = bson.decode_all(content, RAW)
            await database.get_collection(name, write_concern=DURABLE).insert_many(documents)
            done += len(documents)
            if progress:
                progress(name, done)


async def _verify(database: Database, expected: Counts) -> None:
    for info in await _collections(database):
        name = str(info["name"])
        found = 0 if info.get("type") == "view" else await database[name].count_documents({})
        if found != expected[name]:
            raise RestoreIncomplete(collection=name, expected=expected[name], found=found)


async def _make_indexes(database: Database, path: Path) -> None:
    """After the count, because an index with a time to live begins to delete at once."""
    for kind, content in _frames(path):
        collection = bson.decode(content) if kind == COLLECTION else {}
        if collection.get("indexes"):
            await database.command({"createIndexes": collection["name"], "indexes": collection["indexes"]})


def _check(path: Path) -> Counts:
    """Read the whole file before anything is written; answers its counts. Raises: ArchiveBroken."""
    if not path.exists():
        raise ArchiveBroken(file=str(path), problem="missing")
    try:
        found, promised = _count(path)
    except (BSONError, KeyError, EOFError, gzip.BadGzipFile, zlib.error, struct.error) as error:
        raise ArchiveBroken(file=str(path), problem="damaged") from error
    if found != promised:
        raise ArchiveBroken(file=str(path), problem="cut off")
    return found


def _count(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """The documents that are in the file, and those that its last frame promises; the same in a whole file."""
    found: dict[str, int] = {}
    promised: dict[str, int] = {"": 0}
    name = ""
    for number, (kind, content) in enumerate(_frames(path)):
        if number == 0 and (kind != HEADER or bson.decode(content)["format"] != FORMAT):
            raise KeyError(kind)
        if kind == COLLECTION:
            name = bson.decode(content)["name"]
            found[name] = 0
        elif kind == DOCUMENTS:
            found[name] += len(bson.decode_all(content, RAW))
        elif kind == END:
            promised = bson.decode(content)
    return found, promised


def _frames(path: Path) -> Iterator[tuple[bytes, bytes]]:
    with gzip.open(path, "rb") as packed:
        while head := packed.read(FRAME.size):
            kind, size = FRAME.unpack(head)
            yield kind, packed.read(size)


def _put(packed: gzip.GzipFile, kind: bytes, content: Mapping[str, object]) -> None:
    _put_raw(packed, kind, bson.encode(content))


def _put_raw(packed: gzip.GzipFile, kind: bytes, content: bytes) -> None:
    packed.write(FRAME.pack(kind, len(content)))
    packed.write(content)
