"""The queue of grading in MongoDB: one document a job, and the only code that knows them.

A job is changed only by whoever holds it: by its `_id`, and as long as owner and fence are those that were read.
"""

from collections.abc import Collection
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.core.mongo import Database, Document, Mapped, Value, documents, ensure_indexes, only_if
from tutor.homework.models import GradingJob, Submission

JOB = Mapped(GradingJob)
FAIR = (("turn", ASCENDING), ("created_at", ASCENDING))
NEWEST_TURN = (("turn", DESCENDING),)


class JobStore:
    """The jobs. Groups take turns: a job's `turn` is the one after its group's last that waits, or the one that is
    being served when none does, so fifty hand-ins of a class stand in as many turns and a single student's in the next.
    """

    def __init__(self, database: Database) -> None:
        self._jobs = database["grading_jobs"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(
            self._jobs,
            [
                IndexModel([("state", ASCENDING), *FAIR]),
                IndexModel([("state", ASCENDING), ("group", ASCENDING), *NEWEST_TURN]),
                IndexModel([("state", ASCENDING), ("until", ASCENDING)]),
            ],
        )

    async def put(self, submission: Submission, now: datetime) -> bool:
        """Have a submission graded for its version of the rubric; False when that is on its way or done."""
        group = submission.class_id or submission.student_id
        job = GradingJob(
            id=submission.grade_id,
            submission_id=submission.id,
            rubric_version=submission.rubric_version,
            group=group,
            created_at=now,
            state="waiting",
            not_before=now,
            turn=await self._turn(group),
        )
        try:
            await self._jobs.insert_one(JOB.to_document(job))
        except DuplicateKeyError:
            return False
        return True

    async def _turn(self, group: str) -> int:
        own = documents(self._jobs, {"state": "waiting", "group": group}, order=NEWEST_TURN, limit=1)
        async for row in own:
            return JOB.from_document(row).turn + 1
        async for row in documents(self._jobs, {"state": "waiting"}, order=FAIR, limit=1):
            return JOB.from_document(row).turn
        return 0

    async def take(self, owner: str, now: datetime, until: datetime) -> GradingJob | None:
        """Hold the next job that is due; None when there is none. `owner` is a fresh name for each taking."""
        async for row in documents(self._jobs, {"state": "waiting"}, order=FAIR):
            job = JOB.from_document(row)
            if job.not_before > now:
                continue
            changes = {"state": "running", "owner": owner, "fence": job.fence + 1, "until": until}
            if (taken := await self._change(job, changes)) is not None:
                return taken
        return None

    async def renew(self, job: GradingJob, until: datetime) -> bool:
        """Hold a job longer; False when it is held no more."""
        return await self._change(job, {"until": until}) is not None

    async def progress(self, job: GradingJob, done: int, of: int) -> bool:
        """Note how far it has come; False when it is held no more."""
        return await self._change(job, {"done": done, "of": of}) is not None

    async def finish(self, job: GradingJob) -> bool:
        """It is done; False when it is held no more."""
        return await self._change(job, {"state": "done", "until": None}) is not None

    async def give_back(self, job: GradingJob, not_before: datetime, *, tried: bool = False) -> bool:
        """Let somebody else take it, from some moment on; `tried` counts a try that a service refused."""
        changes = {**_free(not_before), "tries": job.tries + tried}
        return await self._change(job, changes) is not None

    async def run_out(self, now: datetime) -> int:
        """Let others take the jobs whose holders were not heard of in time; how many there were."""
        rows = documents(self._jobs, {"state": "running", "until": {"$lt": now}})
        lost = [JOB.from_document(row) async for row in rows]
        freed = [await self._change(job, _free(now), {"$eq": ["$until", job.until]}) for job in lost]
        return sum(job is not None for job in freed)

    async def forget(self, job: GradingJob) -> None:
        """Take a job away that there is no work for; it may be put again."""
        await self._jobs.delete_one({"_id": job.id})

    async def find_many(self, job_ids: Collection[str]) -> dict[str, GradingJob]:
        """The jobs with these ids."""
        rows = documents(self._jobs, {"_id": {"$in": list(set(job_ids))}})
        return {str(row["_id"]): JOB.from_document(row) async for row in rows}

    async def _change(
        self, job: GradingJob, changes: dict[str, Value], also: Document | None = None
    ) -> GradingJob | None:
        """The job after a change; None when it was not as it is known here."""
        held: list[Document] = [
            {"$eq": ["$state", job.state]},
            {"$eq": ["$owner", job.owner]},
            {"$eq": ["$fence", job.fence]},
        ]
        await self._jobs.update_one({"_id": job.id}, only_if({"$and": held + ([also] if also else [])}, changes))
        row = await self._jobs.find_one({"_id": job.id})
        if row is None or any(row.get(name) != value for name, value in changes.items()):
            return None
        return JOB.from_document(row)


def _free(not_before: datetime) -> dict[str, Value]:
    return {"state": "waiting", "owner": "", "until": None, "not_before": not_before}
