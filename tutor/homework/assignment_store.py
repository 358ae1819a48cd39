"""Assignments in MongoDB: the only code that knows their documents."""

from collections.abc import Collection
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.cursors import Position
from tutor.core.mongo import Database, Document, Mapped, documents, ensure_indexes, newest_first, only_if
from tutor.homework.models import Assignment

ASSIGNMENT = Mapped(Assignment)


class AssignmentStore:
    """A document an assignment, changed only as long as its `revision` is the one that was read."""

    def __init__(self, database: Database) -> None:
        self._assignments = database["assignments"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._assignments,
            [
                IndexModel([("teacher_id", ASCENDING), ("client_id", ASCENDING)], unique=True),
                IndexModel([("teacher_id", ASCENDING), ("created_at", DESCENDING)]),
                IndexModel([("class_ids", ASCENDING), ("created_at", DESCENDING)]),
                IndexModel([("student_ids", ASCENDING), ("created_at", DESCENDING)]),
                IndexModel([("state", ASCENDING), ("opens_at", ASCENDING)]),
            ],
        )

    async def add(self, assignment: Assignment) -> tuple[Assignment, bool]:
        """Store a new one, or return the one with the same `client_id`; and whether it is new."""
        try:
            await self._assignments.insert_one(ASSIGNMENT.to_document(assignment))
        except DuplicateKeyError:
            found = await self.sent(assignment.teacher_id, assignment.client_id)
            if found is None:
                raise
            return found, False
        return assignment, True

    async def sent(self, teacher_id: str, client_id: str) -> Assignment | None:
        """What a teacher made with this `client_id`."""
        found = await self._assignments.find_one({"teacher_id": teacher_id, "client_id": client_id})
        return None if found is None else ASSIGNMENT.from_document(found)

    async def find(self, assignment_id: str) -> Assignment | None:
        """The assignment with this id."""
        found = await self._assignments.find_one({"_id": assignment_id})
        return None if found is None else ASSIGNMENT.from_document(found)

    async def find_many(self, assignment_ids: Collection[str]) -> dict[str, Assignment]:
        """The assignments with these ids."""
        rows = documents(self._assignments, {"_id": {"$in": list(set(assignment_ids))}})
        return {str(row["_id"]): ASSIGNMENT.from_document(row) async for row in rows}

    async def replace(self, changed: Assignment) -> bool:
        """Store a change; False when somebody else has changed it since. `changed.revision` is one more than before."""
        document = ASSIGNMENT.to_document(changed)
        document.pop("_id")
        result = await self._assignments.update_one(
            {"_id": changed.id}, only_if({"$eq": ["$revision", changed.revision - 1]}, document)
        )
        return result.modified_count == 1

    async def remove(self, assignment: Assignment) -> bool:
        """Take a draft away; False when somebody has changed it since, for it may be given now."""
        result = await self._assignments.delete_one({"_id": assignment.id, "revision": assignment.revision})
        return result.deleted_count == 1

    async def of_teacher(self, teacher_id: str, before: Position | None, limit: int) -> list[Assignment]:
        """A teacher's own, newest first, from after `before`; 0: all."""
        return await self._page({"teacher_id": teacher_id}, before, limit)

    async def of_class(self, class_id: str, before: Position | None, limit: int) -> list[Assignment]:
        """Those for a class, newest first, from after `before`; 0: all."""
        return await self._page({"class_ids": class_id}, before, limit)

    async def of_student(self, student_id: str) -> list[Assignment]:
        """Those that name the student alone, newest first."""
        return await self._page({"student_ids": student_id}, None, 0)

    async def to_open(self, now: datetime) -> list[Assignment]:
        """The scheduled ones whose time has come."""
        rows = documents(self._assignments, {"state": "scheduled", "opens_at": {"$lte": now}})
        return [ASSIGNMENT.from_document(row) async for row in rows]

    async def _page(self, wanted: Document, before: Position | None, limit: int) -> list[Assignment]:
        rows = await newest_first(self._assignments, wanted, "created_at", before, limit)
        return [ASSIGNMENT.from_document(row) for row in rows]
