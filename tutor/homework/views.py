"""How assignments are shown: whole to their teachers, and to students without what only graders may know. Pure.

Whatever a student sees of an assignment is made by `asked` and `task_view`, which name each field that they show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.files.messages import FileView
from tutor.homework.assignment_messages import (
    AskedQuestion,
    AssignmentView,
    CriterionPart,
    Earned,
    LatePart,
    LevelPart,
    QuestionPart,
    TaskView,
)
from tutor.homework.models import Assignment, Question

TaskState = Literal["todo", "pending", "grading", "graded", "needs_teacher", "failed", "withdrawn", "released"]


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """Where a student stands with an assignment; see `TaskView`."""

    state: TaskState = "todo"
    submission_id: str | None = None
    may_hand_in: bool = True
    may_withdraw: bool = False
    late_share: float = 1.0
    earned: Earned | None = None


def asked(question: Question, number: int) -> AskedQuestion:
    """A question as its students see it; the first is 1."""
    return AskedQuestion(id=question.id, number=number, text=question.text, kind=question.kind, points=question.points)


def task_view(
    assignment: Assignment, *, teacher_name: str, files: Mapping[str, FileView], standing: TaskStanding
) -> TaskView:
    """An assignment as a student sees it; `files` may be more than its own."""
    return TaskView(
        id=assignment.id,
        title=assignment.title,
        text=assignment.text,
        subject=assignment.subject,
        grade=assignment.grade,
        teacher_name=teacher_name,
        questions=[asked(question, number) for number, question in enumerate(assignment.questions, start=1)],
        files=[files[one] for one in assignment.file_ids if one in files],
        points=assignment.points,
        due_at=assignment.due_at,
        closed=assignment.state == "closed",
        resubmit=assignment.resubmit,
        state=standing.state,
        submission_id=standing.submission_id,
        may_hand_in=standing.may_hand_in,
        may_withdraw=standing.may_withdraw,
        late_share=standing.late_share,
        earned=standing.earned,
    )


def assignment_view(
    assignment: Assignment, *, class_names: Sequence[str], files: Mapping[str, FileView]
) -> AssignmentView:
    """An assignment as its teachers see it."""
    late = assignment.late
    return AssignmentView(
        id=assignment.id,
        teacher_id=assignment.teacher_id,
        title=assignment.title,
        text=assignment.text,
        subject=assignment.subject,
        grade=assignment.grade,
        class_ids=list(assignment.class_ids),
        class_names=list(class_names),
        student_ids=list(assignment.student_ids),
        files=[files[one] for one in assignment.file_ids if one in files],
        questions=[question_part(question) for question in assignment.questions],
        points=assignment.points,
        due_at=assignment.due_at,
        opens_at=assignment.opens_at,
        late=LatePart(rule=late.rule, percent=late.percent, days=late.days),
        hint_cap=assignment.hint_cap,
        resubmit=assignment.resubmit,
        release=assignment.release,
        solutions=assignment.solutions,
        is_template=assignment.is_template,
        state=assignment.state,
        rubric_version=assignment.rubric_version,
        revision=assignment.revision,
        created_at=assignment.created_at,
        published_at=assignment.published_at,
    )


def question_part(question: Question) -> QuestionPart:
    """A question with its key and rubric, for its teachers alone."""
    criteria = [
        CriterionPart(
            id=one.id,
            text=one.text,
            points=one.points,
            levels=[LevelPart(points=level.points, text=level.text) for level in one.levels],
        )
        for one in question.criteria
    ]
    return QuestionPart(
        id=question.id,
        text=question.text,
        kind=question.kind,
        points=question.points,
        key=question.key,
        demand=question.demand,
        tolerance=question.tolerance,
        unit=question.unit,
        criteria=criteria,
        notes=question.notes,
        solution=question.solution,
        knowledge=list(question.knowledge),
    )
