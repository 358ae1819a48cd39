"""Classes, their codes and who is in them in MongoDB: the only code that knows their documents. Used by the service."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.classes.models import Class, JoinCode, Membership
from tutor.core.mongo import Database, Document, Mapped, Value, documents, ensure_indexes

NEWEST_FIRST = (("created_at", DESCENDING),)
EARLIEST_FIRST = (("joined_at", ASCENDING),)


class ClassStore:
    """The classes and their members.

    Codes are documents of their own, inserted and deleted: the embedded store keeps the old entry of a unique index
    when an update changes its field.
    """

    def __init__(self, database: Database) -> None:
        self._classes = database["classes"]
        self._codes = database["class_codes"]
        self._members = database["members"]
        self._class = Mapped(Class)
        self._code = Mapped(JoinCode)
        self._membership = Mapped(Membership)

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._classes,
            [
                IndexModel([("teacher_ids", ASCENDING), ("created_at", DESCENDING)]),
                IndexModel([("school_id", ASCENDING), ("created_at", DESCENDING)]),
            ],
        )
        await ensure_indexes(
            self._members,
            [
                IndexModel([("class_id", ASCENDING), ("student_id", ASCENDING)], unique=True),
                IndexModel([("class_id", ASCENDING), ("joined_at", ASCENDING)]),
                IndexModel("student_id"),
            ],
        )

    # Classes

    async def insert(self, new: Class) -> None:
        """Store a new class."""
        await self._classes.insert_one(self._class.to_document(new))

    async def find(self, class_id: str) -> Class | None:
        """The class with this id."""
        return self._of(await self._classes.find_one({"_id": class_id}))

    async def change(self, class_id: str, changes: Mapping[str, Value]) -> Class | None:
        """Set fields of a class and return it as it is then."""
        await self._classes.update_one({"_id": class_id}, {"$set": dict(changes)})
        return await self.find(class_id)

    async def add_teacher(self, class_id: str, teacher_id: str) -> Class | None:
        """Let one more teacher have the class, and return it."""
        await self._classes.update_one({"_id": class_id}, {"$addToSet": {"teacher_ids": teacher_id}})
        return await self.find(class_id)

    async def remove_teacher(self, class_id: str, teacher_id: str) -> Class | None:
        """Take the class from a teacher unless it is the last one, and return it."""
        others = {"$filter": {"input": "$teacher_ids", "cond": {"$ne": ["$$this", teacher_id]}}}
        kept = {"$cond": [{"$eq": [{"$size": others}, 0]}, "$teacher_ids", others]}
        await self._classes.update_one({"_id": class_id}, [{"$set": {"teacher_ids": kept}}])
        return await self.find(class_id)

    async def of_teacher(self, teacher_id: str) -> list[Class]:
        """A teacher's classes, newest first."""
        return await self._list({"teacher_ids": teacher_id})

    async def of_school(self, school_id: str) -> list[Class]:
        """A school's classes, newest first."""
        return await self._list({"school_id": school_id})

    async def find_many(self, class_ids: Iterable[str]) -> list[Class]:
        """Those of the classes that exist, newest first."""
        return await self._list({"_id": {"$in": list(class_ids)}})

    # Codes

    async def add_code(self, code: JoinCode) -> bool:
        """Give a code to a class; False when it belongs to one already."""
        try:
            await self._codes.insert_one(self._code.to_document(code))
        except DuplicateKeyError:
            return False
        return True

    async def drop_code(self, code: str) -> None:
        """Forget a code."""
        await self._codes.delete_one({"_id": code})

    async def find_code(self, code: str) -> JoinCode | None:
        """The code as it was given out."""
        found = await self._codes.find_one({"_id": code})
        return None if found is None else self._code.from_document(found)

    # Members

    async def add_member(self, membership: Membership) -> None:
        """Put a student into a class; being there already is no error."""
        try:
            await self._members.insert_one(self._membership.to_document(membership))
        except DuplicateKeyError:
            return

    async def remove_member(self, class_id: str, student_id: str) -> bool:
        """Take a student out of a class; False when they were not in it."""
        result = await self._members.delete_one({"class_id": class_id, "student_id": student_id})
        return result.deleted_count == 1

    async def is_member(self, class_id: str, student_id: str) -> bool:
        """Whether a student is in a class."""
        return await self._members.find_one({"class_id": class_id, "student_id": student_id}) is not None

    async def counts(self, class_ids: Sequence[str]) -> dict[str, int]:
        """How many students each class has."""
        counts = await asyncio.gather(*(self._members.count_documents({"class_id": one}) for one in class_ids))
        return dict(zip(class_ids, counts, strict=True))

    async def student_ids(self, class_id: str) -> list[str]:
        """The students of a class, in the order they joined."""
        found = documents(self._members, {"class_id": class_id}, order=EARLIEST_FIRST)
        return [str(document["student_id"]) async for document in found]

    async def class_ids_of(self, student_id: str) -> list[str]:
        """The classes a student is in."""
        found = documents(self._members, {"student_id": student_id})
        return [str(document["class_id"]) async for document in found]

    async def class_ids_of_all(self, student_ids: Collection[str]) -> dict[str, list[str]]:
        """The classes that each of some students is in; who is in none is left out."""
        found: dict[str, list[str]] = defaultdict(list)
        async for document in documents(self._members, {"student_id": {"$in": list(student_ids)}}):
            found[str(document["student_id"])].append(str(document["class_id"]))
        return found

    async def _list(self, wanted: Document) -> list[Class]:
        found = documents(self._classes, wanted, order=NEWEST_FIRST)
        return [self._class.from_document(document) async for document in found]

    def _of(self, document: Document | None) -> Class | None:
        return None if document is None else self._class.from_document(document)
