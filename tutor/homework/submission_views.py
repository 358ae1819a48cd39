"""How students see their own work: drafts and submissions. Pure; used by `drafting.py` and `student_desk.py`."""

from collections.abc import Iterable, Mapping

from tutor.files.messages import FileView
from tutor.homework.assignment_messages import Earned
from tutor.homework.gradebook import Entry
from tutor.homework.models import Assignment, Draft, GradingJob, Submission, Typed
from tutor.homework.submission_messages import AnswerPart, DraftView, SubmissionView


def submission_view(
    submission: Submission,
    assignment: Assignment | None,
    *,
    files: Mapping[str, FileView],
    job: GradingJob | None,
    back: Entry | None,
) -> SubmissionView:
    """A submission; `files` may be more than its own, `job` is what grades it, `back` is there when its result is."""
    return SubmissionView(
        id=submission.id,
        assignment_id=submission.assignment_id,
        title=assignment.title if assignment is not None else "",
        subject=submission.subject,
        grade=submission.grade,
        version=submission.version,
        answers=_parts(submission.answers),
        text=submission.text,
        files=_of(submission.file_ids, files),
        submitted_at=submission.submitted_at,
        late_s=submission.late_s,
        state=submission.state,
        released=back is not None,
        done=job.done if job is not None else 0,
        of=job.of if job is not None else 0,
        earned=earned_by(back, assignment),
    )


def earned_by(back: Entry | None, assignment: Assignment | None) -> Earned | None:
    """What a result that is back says of its points."""
    if back is None or back.standing is None:
        return None
    return Earned(points=back.earned(assignment), max_points=back.standing.max_points)


def draft_view(draft: Draft, files: Mapping[str, FileView]) -> DraftView:
    """A draft; `files` may be more than its own."""
    return DraftView(
        answers=_parts(draft.answers), text=draft.text, files=_of(draft.file_ids, files), saved_at=draft.saved_at
    )


def _parts(answers: Iterable[Typed]) -> list[AnswerPart]:
    return [AnswerPart(question_id=one.question_id, text=one.text) for one in answers]


def _of(file_ids: Iterable[str], files: Mapping[str, FileView]) -> list[FileView]:
    return [files[one] for one in file_ids if one in files]
