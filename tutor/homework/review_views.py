"""How a submission and its queue look on the teacher's desk: entries in, views out. Pure; used by `review.py`."""

from collections.abc import Collection, Mapping, Sequence

from tutor.files.messages import FileView
from tutor.homework.deciding import StandingAward, StandingQuestion
from tutor.homework.gradebook import Entry, share_of
from tutor.homework.models import Appeal, Assignment, Award, Criterion, Evidence, Place, Ruling
from tutor.homework.review_messages import (
    AwardView,
    EvidenceView,
    HistoryLine,
    PlaceView,
    QuestionReview,
    QueueRow,
    Review,
)
from tutor.homework.submission_messages import AnswerPart


def in_queue_order(entries: Sequence[Entry], appealed: Collection[str]) -> list[Entry]:
    """Those that need a look, the least certain first; then those to release, those that are still graded, and the
    released ones, of which those with an open appeal come first.
    """

    def place(entry: Entry) -> tuple[int, float]:
        if entry.release is not None:
            return (3 if entry.submission.id in appealed else 4), 0.0
        if entry.settled:
            return 1, 0.0
        if entry.grade is None and entry.submission.state != "failed":
            return 2, 0.0
        return 0, -entry.grade.doubt if entry.grade else -1.0

    return sorted(entries, key=lambda one: (*place(one), one.submission.submitted_at, one.submission.id))


def queue_row(entry: Entry, assignment: Assignment, *, appealed: bool) -> QueueRow:
    """A submission in the queue."""
    submission = entry.submission
    return QueueRow(
        submission_id=submission.id,
        student_id=submission.student_id,
        student_name=submission.student_name,
        submitted_at=submission.submitted_at,
        late_s=submission.late_s,
        version=submission.version,
        state=submission.state,
        points=entry.points(assignment),
        max_points=entry.standing.max_points if entry.standing else assignment.points,
        doubt=entry.grade.doubt if entry.grade else 0.0,
        flags=list(entry.flags),
        to_review=len(entry.open_questions),
        settled=entry.settled,
        released=entry.release is not None,
        appeal=appealed,
    )


def review_of(
    entry: Entry,
    assignment: Assignment,
    files: Mapping[str, FileView],
    neighbours: tuple[str | None, str | None],
    appeals: Mapping[str, Appeal],
) -> Review:
    """A submission on the desk; `neighbours` stand before and after it in the queue, `appeals` are those about it."""
    submission, now = entry.submission, entry.standing
    standing = now.questions if now else ()
    return Review(
        submission_id=submission.id,
        assignment_id=assignment.id,
        assignment_title=assignment.title,
        student_id=submission.student_id,
        student_name=submission.student_name,
        version=submission.version,
        submitted_at=submission.submitted_at,
        late_s=submission.late_s,
        late_share=share_of(assignment, submission),
        state=submission.state,
        released_at=entry.release.at if entry.release else None,
        answers=[AnswerPart(question_id=one.question_id, text=one.text) for one in submission.answers],
        text=submission.text,
        files=[files[one] for one in submission.file_ids if one in files],
        questions=[_question(one, assignment, appeals.get(one.grade.question_id)) for one in standing],
        points=entry.points(assignment),
        max_points=now.max_points if now else assignment.points,
        comment=now.comment if now else "",
        history=history_of(entry, assignment),
        previous=neighbours[0],
        next=neighbours[1],
    )


def _question(standing: StandingQuestion, assignment: Assignment, appeal: Appeal | None) -> QuestionReview:
    grade = standing.grade
    asked = assignment.question(grade.question_id)
    rubric = {one.id: one for one in asked.rubric} if asked else {}
    return QuestionReview(
        question_id=grade.question_id,
        number=number_of(assignment, grade.question_id) or 0,
        question=asked.text if asked else grade.question,
        key=asked.key if asked else "",
        notes=asked.notes if asked else "",
        answer=grade.answer,
        place=place_view(grade.place),
        awards=[_award(one, rubric.get(one.award.criterion_id), grade.max_points) for one in standing.awards],
        points=standing.points,
        max_points=grade.max_points,
        by=grade.by,
        flags=list(grade.flags),
        settled=standing.settled,
        reason=grade.reason,
        error=grade.error,
        explanation=grade.explanation,
        expected_tex=grade.expected_tex,
        answer_tex=grade.answer_tex,
        wrong_line=grade.wrong_line,
        knowledge=list(grade.knowledge),
        confidence=grade.confidence,
        comment=standing.comment,
        appeal="none" if appeal is None else "open" if appeal.settled_at is None else "settled",
    )


def _award(standing: StandingAward, criterion: Criterion | None, most: float) -> AwardView:
    award: Award = standing.award
    return AwardView(
        criterion_id=award.criterion_id,
        criterion=criterion.text if criterion else "",
        max_points=criterion.points if criterion else most,
        levels=[level.points for level in criterion.levels] if criterion else [],
        proposed=award.points,
        points=standing.points,
        ruled=standing.ruled,
        evidence=evidence_view(award.evidence),
    )


def history_of(entry: Entry, assignment: Assignment) -> list[HistoryLine]:
    """All rulings as they were made, oldest first, with the points that stood before each."""
    stood: dict[tuple[str, str | None, str | None], float | None] = {}
    for one in entry.grade.questions if entry.grade else ():
        for award in one.awards:
            stood[entry.submission.grade_id, one.question_id, award.criterion_id] = award.points
    lines = []
    for ruling in entry.rulings:
        about = (ruling.grade_id, ruling.question_id, ruling.criterion_id)
        lines.append(_line(ruling, assignment, stood.get(about) if ruling.points is not None else None))
        if ruling.points is not None:
            stood[about] = ruling.points
    return lines


def _line(ruling: Ruling, assignment: Assignment, before: float | None) -> HistoryLine:
    asked = assignment.question(ruling.question_id) if ruling.question_id else None
    criterion = next((one for one in asked.rubric if one.id == ruling.criterion_id), None) if asked else None
    return HistoryLine(
        at=ruling.made_at,
        teacher_name=ruling.teacher_name,
        question_number=number_of(assignment, ruling.question_id),
        criterion=criterion.text if criterion else "",
        kind=ruling.kind,
        before=before,
        points=ruling.points,
        comment=ruling.comment,
        in_group=ruling.batch_id is not None,
    )


def number_of(assignment: Assignment, question_id: str | None) -> int | None:
    """The number of a question, from 1."""
    ids = [one.id for one in assignment.questions]
    return ids.index(question_id) + 1 if question_id in ids else None


def evidence_view(evidence: Evidence | None) -> EvidenceView | None:
    """What points rest on, as people see it."""
    if evidence is None:
        return None
    return EvidenceView(quote=evidence.quote, start=evidence.start, place=place_view(evidence.place))


def place_view(place: Place | None) -> PlaceView | None:
    """A part of a picture, as people see it."""
    if place is None:
        return None
    return PlaceView(
        file_id=place.file_id, page=place.page, left=place.left, top=place.top, width=place.width, height=place.height
    )
