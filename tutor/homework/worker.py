"""Graders: they take jobs from the queue, hold them while the work is graded, and store the grade once.

`context.py` builds one GradingWorker in every server and every `tutor worker`; `jobs.py` runs its graders. Redis only
wakes them. Whoever loses a job (its lease ran out while the process stood still) stops at once and changes nothing:
each write asks for the job's owner and fence, and a grade is inserted under the job's own id.
"""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import structlog

from tutor.ai.errors import ModelError
from tutor.core.clock import Clock, new_id
from tutor.core.mongo import StoreFault
from tutor.homework.models import Assignment, Award, Flag, Grade, GradingJob, QuestionGrade, Submission
from tutor.homework.ports import Grading, Progress, Work
from tutor.homework.stores import Stores
from tutor.homework.telling import Telling

log = structlog.get_logger(__name__)

RENEWALS = 3  # in the time of a lease
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 10  # over some three hours
MOST_TAKES = 20  # work that ends every process that grades it


class GradingWorker:
    """The graders of one process. A lease is `lease_s` seconds; they look for work by themselves every `look_s`."""

    def __init__(
        self, stores: Stores, grading: Grading, telling: Telling, clock: Clock, *, lease_s: float, look_s: float
    ) -> None:
        self._stores = stores
        self._jobs = stores.jobs
        self._submissions = stores.submissions
        self._grades = stores.grades
        self._grading = grading
        self._telling = telling
        self._clock = clock
        self._lease = timedelta(milliseconds=round(lease_s * 1000))
        self._look_s = look_s
        self._wake = asyncio.Event()
        self._held: dict[str, GradingJob] = {}

    def wake(self, _body: bytes = b"") -> None:
        """Look for work now."""
        self._wake.set()

    async def run(self) -> None:
        """Run for ever: be one grader."""
        while True:
            try:
                while await self.step():
                    continue
            except StoreFault as error:
                log.warning("grader_waits", error=type(error).__name__)
                await self._clock.sleep(self._look_s)
            try:
                async with asyncio.timeout(self._look_s):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    async def step(self) -> bool:
        """Take a job and see to it; False when there is none.

        Raises:
            StoreFault: MongoDB is away. What was taken runs out.

        """
        now = self._clock.now()
        job = await self._jobs.take(new_id(), now, now + self._lease)
        if job is None:
            return False
        self._held[job.id] = job
        try:
            await self._see_to(job)
        finally:
            self._held.pop(job.id, None)
        return True

    async def give_back(self) -> None:
        """Let others go on with what is graded here; to be called when the graders have just been told to stop."""
        held = list(self._held.values())
        for job in held:
            if await self._jobs.give_back(job, self._clock.now()):
                await self._submissions.set_state(job.submission_id, "pending", ["grading"])
                log.info("job_given_back", job=job.id)
        if held:
            self._telling.wake()

    async def _see_to(self, job: GradingJob) -> None:
        submission = await self._submissions.find(job.submission_id)
        if submission is None or submission.rubric_version < job.rubric_version:
            await self._jobs.forget(job)  # what it is for is not stored; if that comes, `mend` puts it again
            return
        if submission.grade_id != job.id or submission.state == "withdrawn" or await self._grades.find(job.id):
            await self._jobs.finish(job)
            return
        assignment = await self._stores.assignment_of(submission)
        if assignment is not None and assignment.rubric_version > submission.rubric_version:
            await self._move_on(job, submission, assignment)
            return
        if submission.state == "pending" and await self._submissions.set_state(submission.id, "grading", ["pending"]):
            self._telling.changed(submission)
        grade = await self._grade_of(job, Work(submission, assignment))
        if grade is not None:
            await self._store(job, grade)

    async def _move_on(self, job: GradingJob, submission: Submission, assignment: Assignment) -> None:
        """The questions are others now than when it was handed in: grade it by these."""
        await self._submissions.set_rubric(submission.id, assignment.rubric_version)
        newer = await self._submissions.find(submission.id)
        if newer is not None and newer.state == "pending":
            await self._jobs.put(newer, self._clock.now())
        await self._jobs.finish(job)

    async def _grade_of(self, job: GradingJob, work: Work) -> Grade | None:
        """A grade for the work; None when there is none yet, or it is somebody else's work now."""
        if job.fence > MOST_TAKES or job.tries >= MOST_TRIES:
            flag: Flag = "undecided" if job.fence > MOST_TAKES else "no_service"
            log.error("grading_given_up", job=job.id, takes=job.fence, tries=job.tries)
            return given_up(work, flag, self._clock.now())
        try:
            return await self._graded(job, work)
        except ModelError as error:
            pause = min(FIRST_PAUSE * 2**job.tries, LONGEST_PAUSE)
            log.warning("grading_put_off", job=job.id, code=error.code, tries=job.tries + 1, by_s=pause.seconds)
            if await self._jobs.give_back(job, self._clock.now() + pause, tried=True):
                await self._submissions.set_state(job.submission_id, "pending", ["grading"])
            return None

    async def _graded(self, job: GradingJob, work: Work) -> Grade | None:
        """Grade the work while the job is held; None when it was lost meanwhile.

        Raises:
            ModelError: the service does not answer.

        """
        progress = partial(self._progress, job, work.submission)
        grading = asyncio.create_task(self._grade(work, progress), name=f"grading {job.id}")
        holding = asyncio.create_task(self._hold(job), name=f"holding {job.id}")
        try:
            await asyncio.wait((grading, holding), return_when=asyncio.FIRST_COMPLETED)
            if grading.done():
                return grading.result()
            log.warning("job_lost", job=job.id, fence=job.fence)
            return None
        finally:
            grading.cancel()
            holding.cancel()

    async def _grade(self, work: Work, progress: Progress) -> Grade:
        return await self._grading.grade(work, progress)

    async def _hold(self, job: GradingJob) -> None:
        """Hold a job longer and longer; ends when it is lost."""
        until = self._clock.now() + self._lease
        while True:
            await self._clock.sleep(self._lease.total_seconds() / RENEWALS)
            wanted = self._clock.now() + self._lease
            try:
                if not await self._jobs.renew(job, wanted):
                    return
                until = wanted
            except StoreFault as error:
                log.warning("job_not_renewed", job=job.id, error=type(error).__name__)
                if self._clock.now() >= until:
                    return

    async def _progress(self, job: GradingJob, submission: Submission, done: int, of: int) -> None:
        try:
            if await self._jobs.progress(job, done, of):
                self._telling.progressed(submission, done, of)
        except StoreFault as error:
            log.info("progress_not_kept", job=job.id, error=type(error).__name__)

    async def _store(self, job: GradingJob, grade: Grade) -> None:
        if not await self._jobs.renew(job, self._clock.now() + self._lease):
            log.warning("grade_too_late", job=job.id, fence=job.fence)
            return
        is_new = await self._grades.add(grade)
        await self._jobs.finish(job)
        if is_new:
            log.info("graded", grade=grade.id, outcome=grade.outcome, takes=job.fence)
            await self._telling.graded(grade)


def given_up(work: Work, flag: Flag, now: datetime) -> Grade:
    """A grade without points, for a teacher: nobody could look at the work."""
    submission, assignment = work.submission, work.assignment
    questions = tuple(
        QuestionGrade(
            question_id=question.id,
            question=question.text,
            answer=submission.typed(question.id),
            awards=tuple(Award(criterion.id, None) for criterion in question.rubric),
            max_points=question.points,
            by="nobody",
            flags=(flag,),
        )
        for question in (assignment.questions if assignment is not None else ())
    )
    return Grade(
        id=submission.grade_id,
        submission_id=submission.id,
        assignment_id=submission.assignment_id,
        student_id=submission.student_id,
        class_id=submission.class_id,
        rubric_version=submission.rubric_version,
        questions=questions,
        outcome="failed",
        doubt=1.0,
        tokens=0,
        made_at=now,
    )
