"""Grades, rulings and releases in MongoDB: the only code that knows their documents."""

from collections.abc import Collection
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.mongo import Database, Mapped, documents, ensure_indexes, only_if
from tutor.homework.models import Grade, Release, Ruling

GRADE = Mapped(Grade)
RULING = Mapped(Ruling)
RELEASE = Mapped(Release)


class GradeStore:
    """Documents that are written once: only the moments in which people were told are added.

    A grade's `_id` is made of its submission and rubric version, a release's is its submission's: each is there once.
    """

    def __init__(self, database: Database) -> None:
        self._grades = database["grades"]
        self._rulings = database["rulings"]
        self._releases = database["releases"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._grades, [IndexModel("assignment_id"), IndexModel("told_at")])
        await ensure_indexes(
            self._rulings,
            [
                IndexModel("submission_id"),
                IndexModel("assignment_id"),
                IndexModel([("teacher_id", ASCENDING), ("client_id", ASCENDING)]),
            ],
        )
        await ensure_indexes(self._releases, [IndexModel("assignment_id"), IndexModel("told_at")])

    async def add(self, grade: Grade) -> bool:
        """Store a grade; False when there is one."""
        try:
            await self._grades.insert_one(GRADE.to_document(grade))
        except DuplicateKeyError:
            return False
        return True

    async def find(self, grade_id: str) -> Grade | None:
        """The grade with this id."""
        found = await self._grades.find_one({"_id": grade_id})
        return None if found is None else GRADE.from_document(found)

    async def forget_failed(self, grade_id: str) -> None:
        """Take a grade away that is none because grading has failed, so that there can be one."""
        found = await self.find(grade_id)
        if found is not None and found.outcome == "failed":
            await self._grades.delete_one({"_id": grade_id})

    async def find_many(self, grade_ids: Collection[str]) -> dict[str, Grade]:
        """The grades with these ids."""
        rows = documents(self._grades, {"_id": {"$in": list(set(grade_ids))}})
        return {str(row["_id"]): GRADE.from_document(row) async for row in rows}

    async def untold(self) -> list[Grade]:
        """The grades that nobody was told of yet."""
        return [GRADE.from_document(row) async for row in documents(self._grades, {"told_at": None})]

    async def mark_told(self, grade_id: str, now: datetime) -> None:
        """Remember that people were told of a grade."""
        await self._grades.update_one({"_id": grade_id}, only_if({"$eq": ["$told_at", None]}, {"told_at": now}))

    async def rule(self, rulings: Collection[Ruling]) -> None:
        """Store rulings; those that are there stay as they are (their ids are made by who rules)."""
        for ruling in rulings:
            try:
                await self._rulings.insert_one(RULING.to_document(ruling))
            except DuplicateKeyError:
                continue

    async def rulings(self, submission_id: str) -> list[Ruling]:
        """All rulings about a submission, oldest first."""
        rows = documents(self._rulings, {"submission_id": submission_id})
        return _in_order([RULING.from_document(row) async for row in rows])

    async def rulings_of(self, assignment_id: str) -> dict[str, list[Ruling]]:
        """All rulings about the submissions of an assignment, oldest first, by submission."""
        found: dict[str, list[Ruling]] = {}
        rows = documents(self._rulings, {"assignment_id": assignment_id})
        for ruling in _in_order([RULING.from_document(row) async for row in rows]):
            found.setdefault(ruling.submission_id, []).append(ruling)
        return found

    async def said(self, teacher_id: str, client_id: str) -> list[Ruling]:
        """What a teacher ruled with this `client_id`, oldest first."""
        rows = documents(self._rulings, {"teacher_id": teacher_id, "client_id": client_id})
        return _in_order([RULING.from_document(row) async for row in rows])

    async def release(self, release: Release) -> bool:
        """Give a result back; False when it was."""
        try:
            await self._releases.insert_one(RELEASE.to_document(release))
        except DuplicateKeyError:
            return False
        return True

    async def take_back(self, submission_id: str) -> None:
        """Forget that a result was given back, before anybody is told."""
        await self._releases.delete_one({"_id": submission_id})

    async def release_of(self, submission_id: str) -> Release | None:
        """How a submission's result was given back; None when it was not."""
        found = await self._releases.find_one({"_id": submission_id})
        return None if found is None else RELEASE.from_document(found)

    async def releases(self, submission_ids: Collection[str]) -> dict[str, Release]:
        """The releases of these submissions, by submission."""
        rows = documents(self._releases, {"_id": {"$in": list(set(submission_ids))}})
        return {str(row["_id"]): RELEASE.from_document(row) async for row in rows}

    async def untold_releases(self) -> list[Release]:
        """The results that are back and whose students were not told yet."""
        return [RELEASE.from_document(row) async for row in documents(self._releases, {"told_at": None})]

    async def mark_release_told(self, submission_id: str, now: datetime) -> None:
        """Remember that a student was told."""
        await self._releases.update_one({"_id": submission_id}, only_if({"$eq": ["$told_at", None]}, {"told_at": now}))


def _in_order(rulings: list[Ruling]) -> list[Ruling]:
    return sorted(rulings, key=lambda one: (one.made_at, one.id))
