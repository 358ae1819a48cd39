"""Giving results back, one or all that are settled, and having work graded again. Called by the routes."""

import structlog

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import Conflict
from tutor.homework.errors import NotGradedYet, NotSettled
from tutor.homework.gradebook import Entry, Gradebook, newest_of_each
from tutor.homework.models import Assignment, Release, Submission
from tutor.homework.papers import Papers
from tutor.homework.review_messages import Regrading, Released
from tutor.homework.ruling import open_numbers
from tutor.homework.stores import Stores
from tutor.homework.telling import Telling

log = structlog.get_logger(__name__)


class Returning:
    """What teachers give back, and what they have graded anew before that."""

    def __init__(self, stores: Stores, papers: Papers, gradebook: Gradebook, telling: Telling, clock: Clock) -> None:
        self._submissions = stores.submissions
        self._grades = stores.grades
        self._jobs = stores.jobs
        self._papers = papers
        self._gradebook = gradebook
        self._telling = telling
        self._clock = clock

    async def release(self, caller: Caller, submission_id: str) -> Released:
        """Give one result back; one that is back stays so.

        Raises:
            NotFound: no such submission, or not the caller's to see.
            NotGradedYet: grading still runs, or runs again.
            NotSettled: somebody has to look at some questions first.
            Conflict: its student has handed in newer work, which counts instead.

        """
        paper = await self._papers.for_teacher(caller, submission_id)
        entry = await self._gradebook.entry(paper.submission)
        if entry.grade is None:
            raise NotGradedYet
        if entry.release is None and not entry.settled:
            raise NotSettled(questions=open_numbers(paper.assignment, entry))
        if entry.release is None and not await self._counts(paper.submission):
            raise Conflict(what="submission")
        if not await self._give_back(caller, paper.submission):
            raise NotGradedYet
        return Released(released=[submission_id], held=[])

    async def release_all(self, caller: Caller, assignment_id: str) -> Released:
        """Give back all that is settled; what is not is held.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        waiting = [one for one in stack.entries if one.release is None]
        released: list[str] = []
        held: list[str] = []
        for entry in waiting:
            goes_back = entry.settled and await self._counts(entry.submission)
            goes_back = goes_back and await self._give_back(caller, entry.submission)
            (released if goes_back else held).append(entry.submission.id)
        log.info("results_released", assignment=assignment_id, released=len(released), held=len(held))
        return Released(released=released, held=held)

    async def _counts(self, submission: Submission) -> bool:
        """Whether it is still the student's newest: while a teacher reads one, the student may hand in another."""
        history = await self._submissions.for_assignment(submission.student_id, submission.assignment_id or "")
        return [one.id for one in newest_of_each(history)] == [submission.id]

    async def regrade(self, caller: Caller, assignment_id: str) -> Regrading:
        """Have graded again what was not given back: with the newest rubric, or what failed.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        chosen = [one for one in stack.entries if one.waits_for_grading_again(stack.assignment)]
        started = [await self._again(one, stack.assignment) for one in chosen]
        log.info("regrading", assignment=assignment_id, submissions=sum(started))
        if any(started):
            self._telling.wake()
        return Regrading(started=sum(started))

    async def _again(self, entry: Entry, assignment: Assignment) -> bool:
        """Put the job of one. Whoever dies in between has it put by the next who asks."""
        submission = entry.submission
        if submission.rubric_version < assignment.rubric_version:
            await self._submissions.set_rubric(submission.id, assignment.rubric_version)
            if await self._grades.release_of(submission.id) is not None:  # it was given back at the same moment
                await self._submissions.reset_rubric(submission, assignment.rubric_version)
                return False
        else:
            await self._grades.forget_failed(submission.grade_id)
            for job in (await self._jobs.find_many([submission.grade_id])).values():
                await self._jobs.forget(job)
            await self._submissions.set_state(submission.id, "pending", {"failed"})
        now = await self._submissions.find(submission.id)
        if now is None or now.state != "pending":
            return False
        await self._jobs.put(now, self._clock.now())
        self._telling.changed(now)
        return True

    async def _give_back(self, caller: Caller, submission: Submission) -> bool:
        """Store first, then tell; whoever dies in between has it told by the sweep. False when it was withdrawn, or is
        graded anew, from the same moment on: then that stands.
        """
        release = Release(submission.id, submission.assignment_id, submission.student_id, caller.id, self._clock.now())
        if not await self._grades.release(release):
            return True
        now = await self._submissions.find(submission.id)
        if now is None or now.state == "withdrawn" or now.grade_id != submission.grade_id:
            await self._grades.take_back(submission.id)
            return False
        log.info("result_released", submission=submission.id, by=caller.id)
        await self._telling.released(release)
        return True
