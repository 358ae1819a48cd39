"""The teacher's desk: the queue of an assignment, one submission with its evidence, and what she rules about it."""

import structlog

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import Conflict
from tutor.files.service import Files
from tutor.homework.appeal_store import AppealStore
from tutor.homework.grade_store import GradeStore
from tutor.homework.gradebook import Gradebook
from tutor.homework.models import Ruling
from tutor.homework.papers import Paper, Papers
from tutor.homework.review_messages import Review, ReviewQueue, Rule
from tutor.homework.review_views import in_queue_order, queue_row, review_of
from tutor.homework.ruling import Pen, rulings_for
from tutor.homework.telling import Telling

log = structlog.get_logger(__name__)


class Reviews:
    """Submissions for assignments, shown to the teachers of these alone."""

    def __init__(
        self,
        papers: Papers,
        gradebook: Gradebook,
        grades: GradeStore,
        appeals: AppealStore,
        telling: Telling,
        files: Files,
        clock: Clock,
    ) -> None:
        self._papers = papers
        self._gradebook = gradebook
        self._grades = grades
        self._appeals = appeals
        self._telling = telling
        self._files = files
        self._clock = clock

    async def queue(self, caller: Caller, assignment_id: str) -> ReviewQueue:
        """The newest submission of each student, those that need a look first, and who has handed in nothing.

        Raises:
            NotFound: no such assignment, or not the caller's.

        """
        stack = await self._papers.stack(caller, assignment_id)
        appealed = await self._appeals.waiting(assignment_id)
        rows = [
            queue_row(one, stack.assignment, appealed=one.submission.id in appealed)
            for one in in_queue_order(stack.entries, appealed)
        ]
        return ReviewQueue(items=rows, missing=stack.missing)

    async def get(self, caller: Caller, submission_id: str) -> Review:
        """A submission with its evidence and history.

        Raises:
            NotFound: no such submission, or for no assignment of the caller's.

        """
        return await self._shown(caller, await self._papers.for_teacher(caller, submission_id))

    async def rule(self, caller: Caller, submission_id: str, command: Rule) -> Review:
        """Accept or change points, or say something. A student who has the result already is told of the change.

        Raises:
            NotFound: no such submission, question or criterion, or for no assignment of the caller's.
            Conflict: the same `client_id` came with something else.
            NotGradedYet, InvalidInput, PointsOutsideRubric, NotSettled: see `ruling.rulings_for`.

        """
        paper = await self._papers.for_teacher(caller, submission_id)
        entry = await self._gradebook.entry(paper.submission)
        before = await self._grades.said(caller.id, command.client_id)
        if any(not _repeats(one, command, submission_id) for one in before):
            raise Conflict(what="ruling")
        if all(one.grade_id == paper.submission.grade_id for one in before):
            pen = Pen(caller, command.client_id, self._clock.now())
            await self._write(paper, rulings_for(command, entry.without(before), paper.assignment, pen))
        return await self._shown(caller, paper)

    async def _write(self, paper: Paper, rulings: list[Ruling]) -> None:
        """Whether it is back is read afterwards: somebody may have given it back meanwhile."""
        await self._grades.rule(rulings)
        log.info("ruled", submission=paper.submission.id, rulings=len(rulings))
        if rulings:
            release = await self._grades.release_of(paper.submission.id)
            await self._telling.ruled(paper.submission, released=release is not None)

    async def _shown(self, caller: Caller, paper: Paper) -> Review:
        entry = await self._gradebook.entry(paper.submission)
        neighbours = await self._neighbours(caller, paper)
        files = await self._files.views(paper.submission.file_ids)
        appeals = await self._appeals.of_submission(paper.submission.id)
        return review_of(entry, paper.assignment, files, neighbours, appeals)

    async def _neighbours(self, caller: Caller, paper: Paper) -> tuple[str | None, str | None]:
        stack = await self._papers.stack_of(caller, paper.assignment)
        appealed = await self._appeals.waiting(paper.assignment.id)
        entries = in_queue_order(stack.entries, appealed)
        ids: list[str | None] = [None, *(one.submission.id for one in entries), None]
        if paper.submission.id not in ids:
            return None, None
        at = ids.index(paper.submission.id)
        return ids[at - 1], ids[at + 1]


def _repeats(before: Ruling, command: Rule, submission_id: str) -> bool:
    """Whether a ruling that is there is one that this command makes."""
    return (
        before.submission_id == submission_id
        and (before.kind == command.kind or before.criterion_id is None)
        and command.question_id in {None, before.question_id}
        and (command.criterion_id is None or command.criterion_id == before.criterion_id)
        and (command.kind != "change" or command.points == before.points)
        and (not before.comment or before.comment == command.comment)
    )
