"""A graded assignment on a real server: its people come over HTTP, submissions and grades are put into the stores."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.factories import Json, People, Person, a_client_id
from tests.homework.factories import a_grade, a_submission, given
from tutor.homework.context import HOMEWORK
from tutor.homework.models import Assignment, Grade, QuestionGrade, Submission
from tutor.homework.stores import Stores


@dataclass
class Desk:
    """A teacher, her students, and an assignment that she gave them."""

    people: People
    teacher: Person
    students: list[Person]
    class_id: str
    assignment: Assignment
    submissions: list[Submission] = field(default_factory=list)

    @property
    def stores(self) -> Stores:
        return self.people.server.app[HOMEWORK]

    @property
    def path(self) -> str:
        return f"/assignments/{self.assignment.id}"

    async def hands_in(self, student: Person, **changes: Any) -> Submission:
        """Work that is stored, and that no grader will ever see."""
        plain = a_submission(
            self.assignment, student_id=student.id, student_name=student.user["display_name"], class_id=self.class_id
        )
        submission = replace(plain, **changes)
        await self.stores.submissions.add(submission)
        self.submissions.append(submission)
        return submission

    async def graded(
        self, student: Person, *questions: QuestionGrade, submission: dict[str, Any] | None = None, **changes: Any
    ) -> Grade:
        """Work of a student with its grade; without questions all points are calculated."""
        work = await self.hands_in(student, **{"state": "graded", **(submission or {})})
        grade = a_grade(work, **({"questions": questions} if questions else {}) | changes)
        await self.stores.grades.add(replace(grade, told_at=grade.made_at))
        return grade

    async def rules(self, submission_id: str, kind: str, **changes: Any) -> Json:
        """What the teacher says about a submission; returns its review."""
        body = {"client_id": a_client_id(), "kind": kind, **changes}
        return await self.teacher.call("POST", f"/submissions/{submission_id}/rulings", body)

    async def released(self, grade: Grade) -> Grade:
        """The same, given back by the teacher."""
        await self.teacher.call("POST", f"/submissions/{grade.submission_id}/release", {})
        return grade


async def a_desk(people: People, students: int = 1, **changes: Any) -> Desk:
    """An assignment that was given to a class of so many students."""
    teacher, joined, class_id = await people.classroom(students)
    made = await given(teacher, class_id, **changes)
    stores = people.server.app[HOMEWORK]
    assignment = await stores.assignments.find(made["id"])
    assert assignment is not None
    return Desk(people, teacher, joined, class_id, assignment)
