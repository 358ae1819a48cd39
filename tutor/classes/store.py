"""Classes and who is in them in MongoDB: the only code that knows their documents. Used by the service."""

from collections.abc import Iterable

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.classes.models import Class, Membership
from tutor.core.mongo import Database, Document, Mapped, documents, ensure_indexes

NEWEST_FIRST = (("created_at", DESCENDING),)
EARLIEST_FIRST = (("joined_at", ASCENDING),)


class ClassStore:
    """The classes and their members."""

    def __init__(self, database: Database) -> None:
        self._classes = database["classes"]
        self._members = database["members"]
        self._class = Mapped(Class)
        self._membership = Mapped(Membership)

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._classes,
            [IndexModel("code", unique=True), IndexModel([("teacher_ids", ASCENDING), ("created_at", DESCENDING)])],
        )
        await ensure_indexes(
            self._members,
            [
                IndexModel([("class_id", ASCENDING), ("student_id", ASCENDING)], unique=True),
                IndexModel([("class_id", ASCENDING), ("joined_at", ASCENDING)]),
                IndexModel("student_id"),
            ],
        )

    async def insert(self, new: Class) -> bool:
        """Store a new class; False when another class has its code."""
        try:
            await self._classes.insert_one(self._class.to_document(new))
        except DuplicateKeyError:
            return False
        return True

    async def find(self, class_id: str) -> Class | None:
        """The class with this id."""
        return self._of(await self._classes.find_one({"_id": class_id}))

    async def find_by_code(self, code: str) -> Class | None:
        """The class that this code opens."""
        return self._of(await self._classes.find_one({"code": code}))

    async def of_teacher(self, teacher_id: str) -> list[Class]:
        """A teacher's classes, newest first."""
        return await self._list({"teacher_ids": teacher_id})

    async def find_many(self, class_ids: Iterable[str]) -> list[Class]:
        """Those of the classes that exist, newest first."""
        return await self._list({"_id": {"$in": list(class_ids)}})

    async def any_taught_by(self, teacher_id: str, class_ids: Iterable[str]) -> bool:
        """Whether this is a teacher of one of the classes."""
        wanted = {"_id": {"$in": list(class_ids)}, "teacher_ids": teacher_id}
        return await self._classes.find_one(wanted, {"_id": 1}) is not None

    async def add_member(self, membership: Membership) -> None:
        """Put a student into a class; being there already is no error."""
        try:
            await self._members.insert_one(self._membership.to_document(membership))
        except DuplicateKeyError:
            return

    async def count_members(self, class_id: str) -> None:
        """Bring a class's counter up to its members.

        Members only ever come, so the highest count is right whoever writes last; a join that died between its two
        writes is put right by the next one.
        """
        count = await self._members.count_documents({"class_id": class_id})
        await self._classes.update_one({"_id": class_id}, {"$max": {"students": count}})

    async def student_ids(self, class_id: str) -> list[str]:
        """The students of a class, in the order they joined."""
        found = documents(self._members, {"class_id": class_id}, order=EARLIEST_FIRST)
        return [str(document["student_id"]) async for document in found]

    async def class_ids_of(self, student_id: str) -> list[str]:
        """The classes a student is in."""
        found = documents(self._members, {"student_id": student_id})
        return [str(document["class_id"]) async for document in found]

    async def _list(self, wanted: Document) -> list[Class]:
        found = documents(self._classes, wanted, order=NEWEST_FIRST)
        return [self._class.from_document(document) async for document in found]

    def _of(self, document: Document | None) -> Class | None:
        return None if document is None else self._class.from_document(document)
