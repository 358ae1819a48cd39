"""How an assignment is written and changed, and whether it can be given. Pure; called by `assignments.py`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from tutor.core.clock import new_id
from tutor.core.errors import Conflict, InvalidInput
from tutor.homework.assignment_messages import (
    CopyAssignment,
    CreateAssignment,
    LatePart,
    QuestionPart,
    UpdateAssignment,
)
from tutor.homework.errors import AssignmentGiven, AssignmentNotReady
from tutor.homework.models import Assignment, Criterion, LatePolicy, Level, Question

Field = TypeVar("Field")


def written(teacher_id: str, command: CreateAssignment, now: datetime) -> Assignment:
    """A draft or a template as it was asked for.

    Raises:
        InvalidInput: a template names somebody it is for.

    """
    if command.is_template:
        _refuse_audience(command.class_ids, command.student_ids)
    return Assignment(
        id=new_id(),
        teacher_id=teacher_id,
        client_id=command.client_id.lower(),
        title=command.title,
        text=command.text,
        subject=command.subject,
        grade=command.grade,
        class_ids=_once(command.class_ids),
        student_ids=_once(command.student_ids),
        file_ids=_once(command.file_ids),
        questions=tuple(map(_question, command.questions)),
        due_at=command.due_at,
        opens_at=command.opens_at,
        late=_late(command.late),
        hint_cap=command.hint_cap,
        resubmit=command.resubmit,
        release=command.release,
        solutions=command.solutions,
        is_template=command.is_template,
        state="draft",
        rubric_version=1,
        revision=0,
        created_at=now,
        asked=digest(command),
    )


def copied(source: Assignment, teacher_id: str, command: CopyAssignment, now: datetime) -> Assignment:
    """A draft or a template with all but whom it is for and when."""
    return replace(
        source,
        id=new_id(),
        teacher_id=teacher_id,
        client_id=command.client_id.lower(),
        class_ids=(),
        student_ids=(),
        due_at=None,
        opens_at=None,
        is_template=command.is_template,
        state="draft",
        rubric_version=1,
        revision=0,
        created_at=now,
        published_at=None,
        asked=digest(command, source.id),
    )


def digest(command: CreateAssignment | CopyAssignment, source_id: str = "") -> str:
    """What tells a request from another one with the same `client_id`."""
    return sha256(f"{source_id} {command.model_dump_json(exclude={'client_id'})}".encode()).hexdigest()


def revised(before: Assignment, command: UpdateAssignment) -> Assignment:
    """The assignment after a change; `before` itself when all of it is so already, as after a lost answer.

    Raises:
        Conflict: somebody else has changed it since it was read.
        AssignmentGiven: the change takes it from somebody who has it, or moves its begin.
        InvalidInput: a template names somebody it is for.

    """
    after = _changed(before, command)
    if after == before:
        return before
    if command.revision != before.revision:
        raise Conflict(what="assignment")
    if after.is_template:
        _refuse_audience(after.class_ids, after.student_ids)
    if before.is_given:
        promised = {*before.class_ids, *before.student_ids}
        if not promised <= {*after.class_ids, *after.student_ids} or after.opens_at != before.opens_at:
            raise AssignmentGiven
        if after.questions != before.questions:
            after = replace(after, rubric_version=before.rubric_version + 1)
    elif before.state == "scheduled" and after.opens_at is None:
        after = replace(after, state="draft")  # whoever takes the date away does not want it to be given by itself
    return replace(after, revision=before.revision + 1)


def given(before: Assignment, now: datetime) -> Assignment:
    """The assignment after it was given: now, or when its time has come."""
    revision = before.revision + 1
    if not before.is_given and before.opens_at is not None and before.opens_at > now:
        return replace(before, state="scheduled", revision=revision)
    return replace(before, state="published", published_at=before.published_at or now, revision=revision)


def check_ready(assignment: Assignment, now: datetime, *, check_due: bool = True) -> None:
    """See that it can be given. Whether there is anybody to give it to is not known here.

    Raises:
        AssignmentNotReady: something is missing or does not fit.

    """
    if assignment.is_template:
        raise AssignmentNotReady(problem="template", question=0)
    if not (assignment.questions or assignment.text or assignment.file_ids):
        raise AssignmentNotReady(problem="no_questions", question=0)
    for number, question in enumerate(assignment.questions, start=1):
        if question.kind != "text" and not question.key:
            raise AssignmentNotReady(problem="no_key", question=number)
        if not _adds_up(question):
            raise AssignmentNotReady(problem="points", question=number)
    begin = max(now, assignment.opens_at or now)
    if check_due and assignment.due_at is not None and assignment.due_at <= begin:
        raise AssignmentNotReady(problem="due_past", question=0)


def _adds_up(question: Question) -> bool:
    """Whether full marks for every criterion are the points of the question."""
    rubric = question.rubric
    reachable = all(not one.levels or max(level.points for level in one.levels) == one.points for one in rubric)
    return reachable and sum(one.points for one in rubric) == question.points


def _changed(before: Assignment, command: UpdateAssignment) -> Assignment:
    """What is left out stays; null takes a date or the hint cap away, and leaves all else."""
    said, questions = command.model_fields_set, command.questions
    return replace(
        before,
        title=_or(command.title, before.title),
        text=_or(command.text, before.text),
        subject=_or(command.subject, before.subject),
        grade=_or(command.grade, before.grade),
        class_ids=before.class_ids if command.class_ids is None else _once(command.class_ids),
        student_ids=before.student_ids if command.student_ids is None else _once(command.student_ids),
        file_ids=before.file_ids if command.file_ids is None else _once(command.file_ids),
        questions=before.questions if questions is None else tuple(map(_question, questions)),
        due_at=command.due_at if "due_at" in said else before.due_at,
        opens_at=command.opens_at if "opens_at" in said else before.opens_at,
        late=before.late if command.late is None else _late(command.late),
        hint_cap=command.hint_cap if "hint_cap" in said else before.hint_cap,
        resubmit=_or(command.resubmit, before.resubmit),
        release=_or(command.release, before.release),
        solutions=_or(command.solutions, before.solutions),
    )


def _or(wanted: Field | None, before: Field) -> Field:
    return before if wanted is None else wanted


def _refuse_audience(class_ids: Sequence[str], student_ids: Sequence[str]) -> None:
    named = {"class_ids": class_ids, "student_ids": student_ids}
    if fields := [{"field": name, "problem": "template"} for name, ids in named.items() if ids]:
        raise InvalidInput(fields=fields)


def _once(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _late(part: LatePart) -> LatePolicy:
    return LatePolicy(part.rule, part.percent, part.days)


def _question(part: QuestionPart) -> Question:
    criteria = tuple(
        Criterion(one.id, one.text, one.points, tuple(Level(step.points, step.text) for step in one.levels))
        for one in part.criteria
    )
    return Question(
        id=part.id,
        text=part.text,
        kind=part.kind,
        points=part.points,
        key=part.key,
        demand=part.demand,
        tolerance=part.tolerance,
        unit=part.unit,
        criteria=criteria,
        notes=part.notes,
        solution=part.solution,
        knowledge=tuple(part.knowledge),
    )
