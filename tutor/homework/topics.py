"""Questions of homework that a student talks with the tutor about: of a result that is back, or of an assignment.

`context.py` registers both kinds with `classes/topics.py`, through which the chat asks. A topic shows what its student
may see anyway: never a key, and a solution only where it may be shown.
"""

from tutor.classes.topics import Topic
from tutor.core.clock import Clock
from tutor.homework.audience import Audience, reaches
from tutor.homework.deciding import StandingQuestion, may_show_solutions
from tutor.homework.gradebook import Gradebook
from tutor.homework.models import Assignment, Question, Submission, draft_id
from tutor.homework.stores import Stores

RESULT, QUESTION = "homework", "assignment"
LONGEST_ANSWER = 2000
LONGEST_TITLE = 40


class HomeworkTopics:
    """Where the topics of homework come from."""

    def __init__(self, stores: Stores, gradebook: Gradebook, audience: Audience, clock: Clock) -> None:
        self._stores = stores
        self._gradebook = gradebook
        self._audience = audience
        self._clock = clock

    async def of_result(self, student_id: str, topic_id: str) -> Topic | None:
        """A question of a student's result that is back; `topic_id` is `{submission_id}:{question_id}`."""
        submission_id, _, question_id = topic_id.partition(":")
        submission = await self._stores.submissions.find(submission_id)
        if submission is None or submission.student_id != student_id:
            return None
        entry = await self._gradebook.entry(submission)
        found = entry.question(question_id)
        if entry.release is None or found is None:
            return None
        return self._result(topic_id, submission, found, await self._stores.assignment_of(submission))

    def _result(
        self, topic_id: str, submission: Submission, found: StandingQuestion, assignment: Assignment | None
    ) -> Topic:
        asked = assignment.question(found.grade.question_id) if assignment is not None else None
        shows = assignment is not None and may_show_solutions(assignment, self._clock.now())
        question = asked.text if asked is not None else found.grade.question
        return Topic(
            kind=RESULT,
            id=topic_id,
            title=_title(assignment, asked, question),
            text=_text(
                ("question", question),
                ("the student's answer", found.grade.answer),
                ("points", _points(found)),
                ("what was found", found.grade.reason),
                ("the first line that is wrong", str(found.grade.wrong_line or "")),
                ("the mistake", found.grade.error),
                ("what the student was told", found.grade.explanation),
                ("the teacher's comment", found.comment),
                ("the solution that the student was shown", asked.solution if asked is not None and shows else ""),
            ),
            question=question,
            hint_cap=assignment.hint_cap if assignment is not None and not shows else None,
            subject=submission.subject,
            grade=submission.grade,
        )

    async def of_assignment(self, student_id: str, topic_id: str) -> Topic | None:
        """A question of an assignment that a student has; `topic_id` is `{assignment_id}:{question_id}`."""
        assignment_id, _, question_id = topic_id.partition(":")
        assignment = await self._stores.assignments.find(assignment_id)
        asked = assignment.question(question_id) if assignment is not None else None
        if assignment is None or asked is None:
            return None
        if not reaches(assignment, student_id, await self._audience.classes_of(student_id)):
            return None
        answer = await self._written(student_id, assignment_id, question_id)
        return Topic(
            kind=QUESTION,
            id=topic_id,
            title=_title(assignment, asked, asked.text),
            text=_text(("question", asked.text), ("what the student has written so far", answer)),
            question=asked.text,
            hint_cap=assignment.hint_cap,
            subject=assignment.subject,
            grade=assignment.grade,
        )

    async def _written(self, student_id: str, assignment_id: str, question_id: str) -> str:
        """What is in the student's draft, or else in what they handed in last."""
        draft = await self._stores.submissions.draft(draft_id(student_id, assignment_id))
        if draft is not None:
            return next((one.text for one in draft.answers if one.question_id == question_id), "")
        handed_in = await self._stores.submissions.for_assignment(student_id, assignment_id)
        return handed_in[-1].typed(question_id) if handed_in else ""


def _title(assignment: Assignment | None, asked: Question | None, question: str) -> str:
    """The assignment's and the question's number, or how the question begins."""
    if assignment is not None and asked is not None:
        return f"{assignment.title[:LONGEST_TITLE]} · {assignment.questions.index(asked) + 1}"
    line = " ".join(question.split())
    return (line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…") or "…"


def _points(found: StandingQuestion) -> str:
    return f"{found.points:g} of {found.grade.max_points:g}" if found.settled and found.points is not None else ""


def _text(*facts: tuple[str, str]) -> str:
    """What is known, a paragraph each; what is empty is left out."""
    return "\n\n".join(f"[{name}]\n{value[:LONGEST_ANSWER]}" for name, value in facts if value.strip())
