"""Submissions and drafts in MongoDB: the only code that knows their documents."""

from collections.abc import Collection

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.cursors import Position
from tutor.core.mongo import Database, Document, Mapped, documents, ensure_indexes, newest_first, only_if
from tutor.homework.models import Draft, Grade, Submission, SubmissionState

SUBMISSION = Mapped(Submission)
DRAFT = Mapped(Draft)


class SubmissionStore:
    """A document a hand-in, whose work never changes; only its state and rubric version do. And one a draft."""

    def __init__(self, database: Database) -> None:
        self._submissions = database["submissions"]
        self._drafts = database["drafts_of_work"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._submissions,
            [
                IndexModel([("student_id", ASCENDING), ("client_id", ASCENDING)], unique=True),
                IndexModel([("student_id", ASCENDING), ("submitted_at", DESCENDING)]),
                IndexModel("assignment_id"),
                IndexModel("state"),
                IndexModel([("student_id", ASCENDING), ("assignment_id", ASCENDING)]),
                IndexModel(
                    [("student_id", ASCENDING), ("assignment_id", ASCENDING), ("version", ASCENDING)],
                    unique=True,
                    partialFilterExpression={"assignment_id": {"$type": "string"}},  # not one's own work
                ),
            ],
        )
        await ensure_indexes(self._drafts, [IndexModel("student_id")])

    async def add(self, submission: Submission) -> tuple[Submission | None, bool]:
        """Store a new one, or return the one with the same `client_id`, and whether it is new; None when another one
        has taken its version.
        """
        try:
            await self._submissions.insert_one(SUBMISSION.to_document(submission))
        except DuplicateKeyError:
            return await self.sent(submission.student_id, submission.client_id), False
        return submission, True

    async def sent(self, student_id: str, client_id: str) -> Submission | None:
        """What a student handed in with this `client_id`."""
        found = await self._submissions.find_one({"student_id": student_id, "client_id": client_id})
        return None if found is None else SUBMISSION.from_document(found)

    async def find(self, submission_id: str) -> Submission | None:
        """The submission with this id."""
        found = await self._submissions.find_one({"_id": submission_id})
        return None if found is None else SUBMISSION.from_document(found)

    async def find_many(self, submission_ids: Collection[str]) -> dict[str, Submission]:
        """The submissions with these ids."""
        rows = documents(self._submissions, {"_id": {"$in": list(set(submission_ids))}})
        return {str(row["_id"]): SUBMISSION.from_document(row) async for row in rows}

    async def of_assignment(self, assignment_id: str) -> list[Submission]:
        """All hand-ins for an assignment, oldest first."""
        rows = documents(self._submissions, {"assignment_id": assignment_id})
        found = [SUBMISSION.from_document(row) async for row in rows]
        return sorted(found, key=lambda one: (one.submitted_at, one.id))

    async def for_assignment(self, student_id: str, assignment_id: str) -> list[Submission]:
        """A student's hand-ins for an assignment, oldest first."""
        rows = documents(self._submissions, {"student_id": student_id, "assignment_id": assignment_id})
        found = [SUBMISSION.from_document(row) async for row in rows]
        return sorted(found, key=lambda one: one.version)

    async def of_student(self, student_id: str, before: Position | None, limit: int) -> list[Submission]:
        """A student's hand-ins, newest first, from after `before`; 0: all."""
        wanted: Document = {"student_id": student_id}
        rows = await newest_first(self._submissions, wanted, "submitted_at", before, limit)
        return [SUBMISSION.from_document(row) for row in rows]

    async def pending(self) -> list[Submission]:
        """What nobody has begun to grade."""
        return [SUBMISSION.from_document(row) async for row in documents(self._submissions, {"state": "pending"})]

    async def settle(self, grade: Grade) -> bool:
        """Go to the state that a grade leads to; False when it was withdrawn, or is graded by a newer rubric."""
        condition = {
            "$and": [
                {"$in": ["$state", ["pending", "grading"]]},
                {"$eq": ["$rubric_version", grade.rubric_version]},
            ]
        }
        await self._submissions.update_one({"_id": grade.submission_id}, only_if(condition, {"state": grade.outcome}))
        found = await self.find(grade.submission_id)
        return found is not None and (found.state, found.grade_id) == (grade.outcome, grade.id)

    async def set_state(self, submission_id: str, wanted: SubmissionState, among: Collection[SubmissionState]) -> bool:
        """Go to a state from one of some others; whether it is in the wanted one now."""
        condition = {"$in": ["$state", list(among)]}
        await self._submissions.update_one({"_id": submission_id}, only_if(condition, {"state": wanted}))
        found = await self.find(submission_id)
        return found is not None and found.state == wanted

    async def set_rubric(self, submission_id: str, rubric_version: int) -> None:
        """Let a submission be graded anew, for a newer version of its rubric; a withdrawn or older one stays."""
        condition = {"$and": [{"$lt": ["$rubric_version", rubric_version]}, {"$ne": ["$state", "withdrawn"]}]}
        changes = {"rubric_version": rubric_version, "state": "pending"}
        await self._submissions.update_one({"_id": submission_id}, only_if(condition, changes))

    async def reset_rubric(self, before: Submission, rubric_version: int) -> None:
        """Undo a `set_rubric` to that version of which no grader knows yet."""
        condition = {"$and": [{"$eq": ["$rubric_version", rubric_version]}, {"$eq": ["$state", "pending"]}]}
        changes = {"rubric_version": before.rubric_version, "state": before.state}
        await self._submissions.update_one({"_id": before.id}, only_if(condition, changes))

    async def save_draft(self, draft: Draft) -> Draft:
        """Keep a draft unless a newer one is kept; the one that is kept."""
        document = DRAFT.to_document(draft)
        document.pop("_id")
        try:
            await self._drafts.insert_one({"_id": draft.id, **document})
        except DuplicateKeyError:
            condition = {"$lte": ["$saved_at", draft.saved_at]}
            await self._drafts.update_one({"_id": draft.id}, only_if(condition, document))
        return await self.draft(draft.id) or draft

    async def draft(self, draft_id: str) -> Draft | None:
        """The draft with this id."""
        found = await self._drafts.find_one({"_id": draft_id})
        return None if found is None else DRAFT.from_document(found)

    async def drop_draft(self, draft_id: str) -> None:
        """Forget a draft: it was handed in."""
        await self._drafts.delete_one({"_id": draft_id})
