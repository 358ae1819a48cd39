"""Handing in, and taking it back. Called by `submission_routes.py`, and by `jobs.py` for what a crash left undone.

A submission's id is made of its student and `client_id`, so a repeated one claims the files for the same thing. Files
are claimed first, then the submission is stored, then its job is put: a crash leaves a file too many, or a submission
in `pending` without a job. `mend` finds those by their state, also what somebody wanted graded anew and died.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import structlog

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import Conflict, InvalidInput, NotFound
from tutor.files.models import Use
from tutor.files.service import Files
from tutor.homework.assignments import Assignments
from tutor.homework.drafting import Drafting
from tutor.homework.errors import CannotWithdraw, HandInClosed, NothingHandedIn, TooManyPages
from tutor.homework.models import Assignment, Submission, SubmissionState, Typed
from tutor.homework.stores import Stores
from tutor.homework.submission_messages import FEWEST_LETTERS, HandIn
from tutor.homework.taking import History, lateness, refusal, seconds, what_keeps
from tutor.homework.telling import Telling

log = structlog.get_logger(__name__)

MOST_PAGES = 40
MENDED_AFTER = timedelta(seconds=10)
NOT_WITHDRAWN: tuple[SubmissionState, ...] = ("pending", "grading", "graded", "needs_teacher", "failed")


class HandingIn:
    """What students hand in. Nothing that was stored is taken away: what is withdrawn stays, and does not count."""

    def __init__(
        self,
        stores: Stores,
        assignments: Assignments,
        drafting: Drafting,
        files: Files,
        telling: Telling,
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._store = stores.submissions
        self._grades = stores.grades
        self._jobs = stores.jobs
        self._assignments = assignments
        self._drafting = drafting
        self._files = files
        self._telling = telling
        self._clock = clock

    async def hand_in(self, caller: Caller, command: HandIn) -> Submission:
        """Take work and have it graded. The same `client_id` again gives the same submission.

        Raises:
            NotFound: the caller does not have the assignment, or a file is not theirs.
            HandInClosed: it takes no work (any more).
            NothingHandedIn: there is too little to look at.
            TooManyPages: there is too much.
            InvalidInput: answers to unknown questions, or work of one's own without subject and grade.
            Conflict: the same `client_id` came with something else.

        """
        work = self._work(caller, command)
        try:
            return await self._sent_before(work) or await self._take(caller, work)
        except HandInClosed:
            if (known := await self._sent_before(work)) is None:
                raise
            return known  # the same was sent twice at once, and the other was faster

    async def _sent_before(self, work: Submission) -> Submission | None:
        known = await self._store.sent(work.student_id, work.client_id)
        if known is not None:
            if not _is_same(known, work):
                raise Conflict(what="submission")
            await self._have_graded(known)
        return known

    async def _take(self, caller: Caller, work: Submission) -> Submission:
        wanted = await self._wanted(caller, work)
        await self._check_pages(wanted)
        await self._files.claim(wanted.file_ids, caller.id, _use(wanted))
        stored, is_new = await self._store.add(wanted)
        while stored is None:
            stored, is_new = await self._add_next(caller, work)
        if not is_new and not _is_same(stored, wanted):
            await self._files.release([one for one in wanted.file_ids if one not in stored.file_ids], _use(wanted))
            raise Conflict(what="submission")
        await self._have_graded(stored)
        await self._drafting.drop(caller.id, stored.assignment_id)
        await self._files.claim(stored.file_ids, caller.id, _use(stored))  # the draft has let go of them
        if is_new:
            log.info("handed_in", user=caller.id, submission=stored.id, assignment=stored.assignment_id)
            self._telling.changed(stored)
        return stored

    async def _add_next(self, caller: Caller, work: Submission) -> tuple[Submission | None, bool]:
        """Store what claims its files already as the version after another work that came at the same moment."""
        try:
            return await self._store.add(await self._wanted(caller, work))
        except (HandInClosed, NotFound):
            await self._files.release(work.file_ids, _use(work))
            raise

    def _work(self, caller: Caller, command: HandIn) -> Submission:
        """What was sent, before anything is known about its assignment."""
        client_id = command.client_id.lower()
        return Submission(
            id=submission_id(caller.id, client_id),
            client_id=client_id,
            student_id=caller.id,
            student_name=caller.name,
            assignment_id=command.assignment_id,
            class_id=None,
            version=1,
            subject=command.subject or "",
            grade=command.grade or 0,
            answers=tuple(Typed(one.question_id, one.text) for one in command.answers),
            text=command.text,
            file_ids=tuple(dict.fromkeys(command.file_ids)),
            language=caller.language,
            submitted_at=self._clock.now(),
            late_s=0,
            state="pending",
            rubric_version=1,
        )

    async def _have_graded(self, submission: Submission) -> None:
        if submission.state == "pending" and await self._jobs.put(submission, self._clock.now()):
            self._telling.wake()

    async def _wanted(self, caller: Caller, work: Submission) -> Submission:
        return await self._for_assignment(caller, work) if work.assignment_id else _own(work)

    async def _for_assignment(self, caller: Caller, work: Submission) -> Submission:
        assignment, class_id = await self._assignments.for_student(caller, work.assignment_id or "")
        _check_answers(assignment, work)
        now = self._clock.now()
        history = await self._history(caller.id, assignment.id)
        if (reason := refusal(assignment, history, now)) is not None:
            raise HandInClosed(reason=reason)
        if not (work.file_ids or work.text.strip() or any(one.text.strip() for one in work.answers)):
            raise NothingHandedIn
        return replace(
            work,
            class_id=class_id,
            version=history.next_version,
            subject=assignment.subject,
            grade=assignment.grade,
            submitted_at=now,
            late_s=seconds(lateness(assignment, now)),
            rubric_version=assignment.rubric_version,
        )

    async def _check_pages(self, work: Submission) -> None:
        pages = sum(len(file.pages) for file in (await self._files.views(work.file_ids)).values())
        if pages > MOST_PAGES:
            raise TooManyPages(files=pages, limit=MOST_PAGES)

    async def _history(self, student_id: str, assignment_id: str) -> History:
        before = await self._store.for_assignment(student_id, assignment_id)
        return History(before, await self._grades.releases([one.id for one in before]) if before else {})

    async def withdraw(self, caller: Caller, submission_id: str) -> Submission:
        """Take work back while it is neither due, closed nor given back. It does not count then; its files stay.

        Raises:
            NotFound: no such submission of the caller's.
            CannotWithdraw: it is too late.

        """
        found = await self._store.find(submission_id)
        if found is None or found.student_id != caller.id:
            raise NotFound(what="submission")
        assignment = await self._stores.assignment_of(found)
        released = await self._grades.release_of(found.id) is not None
        if (reason := what_keeps(assignment, found, self._clock.now(), released=released)) is not None:
            raise CannotWithdraw(reason=reason)
        await self._store.set_state(found.id, "withdrawn", NOT_WITHDRAWN)
        if await self._grades.release_of(found.id) is not None:  # it was given back at the same moment
            grade = await self._grades.find(found.grade_id)
            await self._store.set_state(found.id, grade.outcome if grade is not None else found.state, ["withdrawn"])
            raise CannotWithdraw(reason="released")
        log.info("withdrawn", user=caller.id, submission=found.id)
        withdrawn = replace(found, state="withdrawn")
        self._telling.changed(withdrawn)
        return withdrawn

    async def mend(self) -> int:
        """Put the jobs that a crash has left out; how many there were.

        Raises:
            StoreFault: MongoDB is away.

        """
        before = self._clock.now() - MENDED_AFTER
        waiting = [one for one in await self._store.pending() if one.submitted_at < before]
        known = await self._jobs.find_many([one.grade_id for one in waiting]) if waiting else {}
        missing = [one for one in waiting if one.grade_id not in known]
        put = [await self._jobs.put(one, self._clock.now()) for one in missing]
        if any(put):
            log.warning("jobs_mended", jobs=sum(put))
            self._telling.wake()
        return sum(put)


def _own(work: Submission) -> Submission:
    """Work that nobody asked for, as far as it can be looked at."""
    missing = [name for name, value in (("subject", work.subject), ("grade", work.grade)) if not value]
    if missing:
        raise InvalidInput(fields=[{"field": name, "problem": "missing"} for name in missing])
    if work.answers:
        raise InvalidInput(fields=[{"field": "answers", "problem": "unknown"}])
    if not work.file_ids and len(work.text.strip()) < FEWEST_LETTERS:
        raise NothingHandedIn
    return work


def _check_answers(assignment: Assignment, work: Submission) -> None:
    answered = [one.question_id for one in work.answers]
    if len(set(answered)) < len(answered) or not all(assignment.question(one) for one in answered):
        raise InvalidInput(fields=[{"field": "answers", "problem": "unknown"}])


def _is_same(stored: Submission, sent: Submission) -> bool:
    """Whether the work is the same; an assignment has its own subject and grade."""
    alike = (stored.assignment_id, stored.answers, stored.text, stored.file_ids)
    if alike != (sent.assignment_id, sent.answers, sent.text, sent.file_ids):
        return False
    return stored.assignment_id is not None or (stored.subject, stored.grade) == (sent.subject, sent.grade)


def _use(submission: Submission) -> Use:
    return Use("submission", submission.id)


def submission_id(student_id: str, client_id: str) -> str:
    """The id of what a student hands in under a `client_id`."""
    return sha256(f"{student_id}:{client_id}".encode()).hexdigest()[:24]
