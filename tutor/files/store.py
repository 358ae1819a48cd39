"""Files in MongoDB, their pictures in GridFS: the only code that knows how they lie there. Used by the service.

A file's pictures are written before its document, and a loose end before both. A loose end says that nothing may need
what has this id: it is there while a file has no use, and behind what a crash leaves. The sweep goes by them.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from gridfs.errors import NoFile
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.mongo import Database, Mapped, bucket_of, documents, ensure_indexes, only_if
from tutor.files.models import File, Size

SIZES: tuple[Size, Size] = ("full", "thumbnail")


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """That nothing may need a file with so many pages, since some moment."""

    id: str
    owner_id: str
    pages: int
    since: datetime


FILE = Mapped(File)
LOOSE_END = Mapped(LooseEnd)


class FileStore:
    """The files, their loose ends, and their pictures, which are named `<file>:<page>:<size>` and never change."""

    def __init__(self, database: Database) -> None:
        self._files = database["files"]
        self._loose = database["loose_files"]
        self._pictures = bucket_of(database, "pictures")

    async def prepare(self) -> None:
        """Create the indexes; GridFS makes its own."""
        by_client = IndexModel([("owner_id", ASCENDING), ("client_id", ASCENDING)], unique=True)
        await ensure_indexes(self._files, [by_client])
        await ensure_indexes(self._loose, [IndexModel("owner_id"), IndexModel("since")])

    async def loosen(self, loose: LooseEnd) -> None:
        """Note that nothing may need a file from now on."""
        fields = LOOSE_END.to_document(loose)
        await self._loose.update_one({"_id": fields.pop("_id")}, {"$set": fields}, upsert=True)

    async def tie(self, file_ids: Iterable[str], before: datetime) -> None:
        """Something needs the files since before some moment; ends that came loose later stay."""
        await self._loose.delete_many({"_id": {"$in": list(file_ids)}, "since": {"$lt": before}})

    async def count_loose(self, owner_id: str) -> int:
        """How many files of somebody nothing may need."""
        return await self._loose.count_documents({"owner_id": owner_id})

    async def loose_since(self, before: datetime, limit: int) -> list[LooseEnd]:
        """Ends that have been loose since before some moment, the oldest first."""
        rows = documents(self._loose, {"since": {"$lt": before}}, order=[("since", ASCENDING)], limit=limit)
        return [LOOSE_END.from_document(row) async for row in rows]

    async def add_picture(self, file_id: str, page: int, size: Size, picture: bytes) -> None:
        """Keep a picture of a file that is being added."""
        name = picture_id(file_id, page, size)
        await self._pictures.upload_from_stream_with_id(name, name, picture)

    async def picture(self, file_id: str, page: int, size: Size) -> bytes | None:
        """A picture; None when it is not there (any more)."""
        try:
            content: bytes = await (await self._pictures.open_download_stream(picture_id(file_id, page, size))).read()
        except NoFile:
            return None
        return content

    async def add(self, file: File) -> tuple[File, bool]:
        """Store a new file, or return the one with the same `client_id`; and whether it is new."""
        try:
            await self._files.insert_one(FILE.to_document(file))
        except DuplicateKeyError:
            if (found := await self.find_sent(file.owner_id, file.client_id)) is None:
                raise
            return found, False
        return file, True

    async def find(self, file_id: str) -> File | None:
        """The file with this id, also while it is being removed."""
        found = await self._files.find_one({"_id": file_id})
        return None if found is None else FILE.from_document(found)

    async def find_many(self, file_ids: Iterable[str]) -> dict[str, File]:
        """Those of the files that are there, by their ids."""
        rows = documents(self._files, {"_id": {"$in": list(file_ids)}})
        return {file.id: file async for row in rows if (file := FILE.from_document(row)).deleted_at is None}

    async def find_sent(self, owner_id: str, client_id: str) -> File | None:
        """What somebody sent under a `client_id`."""
        found = await self._files.find_one({"owner_id": owner_id, "client_id": client_id})
        return None if found is None else FILE.from_document(found)

    async def add_use(self, file_id: str, owner_id: str, use: str) -> bool:
        """Let something use an owner's file; False when it is not theirs, or is being removed."""
        there = {"$and": [{"$eq": ["$owner_id", owner_id]}, {"$eq": ["$deleted_at", None]}]}
        used = {"$cond": [there, {"$setUnion": ["$uses", [use]]}, "$uses"]}
        await self._files.update_one({"_id": file_id}, [{"$set": {"uses": used}}])
        found = await self.find(file_id)
        return found is not None and found.owner_id == owner_id and found.deleted_at is None and use in found.uses

    async def drop_use(self, file_id: str, use: str) -> None:
        """Something does not use a file any more; not using it is no error."""
        await self._files.update_one({"_id": file_id}, {"$pull": {"uses": use}})

    async def begin_removal(self, file_id: str, now: datetime) -> bool:
        """Mark a file that nothing uses as being removed. Of several at once, or with `add_use`, one gets it."""
        unused = {"$and": [{"$eq": ["$uses", []]}, {"$eq": ["$deleted_at", None]}]}
        result = await self._files.update_one({"_id": file_id}, only_if(unused, {"deleted_at": now}))
        return result.modified_count == 1

    async def remove(self, file_id: str, pages: int) -> None:
        """Remove a file for good: its pictures, then its document, at last its loose end. It may be begun again."""
        for page in range(1, pages + 1):
            for size in SIZES:
                with suppress(NoFile):
                    await self._pictures.delete(picture_id(file_id, page, size))
        await self._files.delete_one({"_id": file_id})
        await self._loose.delete_one({"_id": file_id})


def picture_id(file_id: str, page: int, size: Size) -> str:
    """The name of a picture in GridFS."""
    return f"{file_id}:{page}:{size}"
