"""What goes back to a student: points, evidence and explanations, never a key or a note. Called by the routes."""

from collections.abc import Sequence

from tutor.accounts.wards import Wards
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import NotFound
from tutor.files.service import Files
from tutor.homework.appeal_store import AppealStore
from tutor.homework.deciding import StandingAward, StandingQuestion, may_show_solutions
from tutor.homework.errors import NotReleased
from tutor.homework.gradebook import Entry, Gradebook, share_of
from tutor.homework.models import Appeal, Assignment, Question, Ruling, Submission
from tutor.homework.review_messages import QuestionResult, Result, ResultAward
from tutor.homework.review_views import evidence_view, place_view
from tutor.homework.stores import Stores


class Results:
    """Results that are back, for their student and the student's guardians."""

    def __init__(
        self,
        stores: Stores,
        gradebook: Gradebook,
        appeals: AppealStore,
        wards: Wards,
        files: Files,
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._gradebook = gradebook
        self._appeals = appeals
        self._wards = wards
        self._files = files
        self._clock = clock

    async def get(self, caller: Caller, submission_id: str) -> Result:
        """The result of a submission.

        Raises:
            NotFound: no such submission, or neither the caller's nor a ward's.
            NotReleased: it was not given back yet.

        """
        submission = await self._stores.submissions.find(submission_id)
        if submission is None or not await self._may_read(caller, submission):
            raise NotFound(what="submission")
        entry = await self._gradebook.entry(submission)
        if entry.release is None or entry.standing is None:
            raise NotReleased
        assignment = await self._stores.assignment_of(submission)
        now, files = entry.standing, await self._files.views(submission.file_ids)
        return Result(
            submission_id=submission.id,
            assignment_id=submission.assignment_id,
            title=assignment.title if assignment else "",
            version=submission.version,
            points=entry.earned(assignment),
            max_points=now.max_points,
            late_share=share_of(assignment, submission),
            released_at=entry.release.at,
            comment=now.comment,
            files=[files[one] for one in submission.file_ids if one in files],
            questions=await self._questions(entry, assignment),
        )

    async def _may_read(self, caller: Caller, submission: Submission) -> bool:
        if caller.role == "guardian":
            return await self._wards.has(caller.id, submission.student_id)
        return caller.role == "student" and caller.id == submission.student_id

    async def _questions(self, entry: Entry, assignment: Assignment | None) -> list[QuestionResult]:
        appeals = await self._appeals.of_submission(entry.submission.id)
        shows_solutions = assignment is not None and may_show_solutions(assignment, self._clock.now())
        asked = {one.id: one for one in assignment.questions} if assignment else {}
        order = list(asked)
        found = entry.standing.questions if entry.standing else ()
        return [
            _question(
                one,
                asked.get(name),
                number=order.index(name) + 1 if name in asked else place,
                rulings=[ruling for ruling in entry.rulings if ruling.question_id == name],
                appeal=appeals.get(name),
                shows_solution=shows_solutions,
            )
            for place, one in enumerate(found, start=1)
            for name in (one.grade.question_id,)
        ]


def _question(
    standing: StandingQuestion,
    asked: Question | None,
    *,
    number: int,
    rulings: Sequence[Ruling],
    appeal: Appeal | None,
    shows_solution: bool,
) -> QuestionResult:
    """A question of a result. What nobody has settled has no points, only what was said about it."""
    grade = standing.grade
    texts = {one.id: (one.text, one.points) for one in asked.rubric} if asked else {}
    return QuestionResult(
        question_id=grade.question_id,
        number=number,
        question=asked.text if asked else grade.question,
        answer=grade.answer,
        place=place_view(grade.place),
        points=standing.points if standing.settled else None,
        max_points=grade.max_points,
        awards=[
            shown for one in standing.awards if standing.settled and (shown := _award(one, texts, grade.max_points))
        ],
        checked_by="teacher" if _was_ruled(standing, rulings) else grade.by,
        reason=grade.reason,
        error=grade.error,
        explanation=grade.explanation,
        answer_tex=grade.answer_tex,
        wrong_line=grade.wrong_line,
        knowledge=list(grade.knowledge),
        comment=standing.comment,
        solution=asked.solution if asked and shows_solution else "",
        appeal="none" if appeal is None else "open" if appeal.settled_at is None else "settled",
    )


def _award(standing: StandingAward, texts: dict[str, tuple[str, float]], most: float) -> ResultAward | None:
    if standing.points is None:
        return None
    text, limit = texts.get(standing.award.criterion_id, ("", most))
    evidence = evidence_view(standing.award.evidence)
    return ResultAward(criterion=text, points=standing.points, max_points=limit, evidence=evidence)


def _was_ruled(standing: StandingQuestion, rulings: Sequence[Ruling]) -> bool:
    """Whether a teacher has looked at it; proposals of many that she accepted at once stay the model's."""
    looked = (one.kind == "change" or one.batch_id is None for one in rulings if one.points is not None)
    return standing.is_ruled and any(looked)
