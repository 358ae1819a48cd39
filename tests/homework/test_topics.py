"""Students ask the tutor about a question of their homework: it gets the question, and never the key."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.chat.factories import Puppet, Room, asked
from tests.conftest import Serve
from tests.factories import Json, People, Person, Refused, Server, a_client_id
from tests.homework.factories import NOW, a_grade, a_question, a_question_grade, a_ruling, a_submission, an_assignment
from tutor.core.mongo import MONGO
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.grade_store import GradeStore
from tutor.homework.models import Assignment, Draft, Release, Submission, Typed, draft_id
from tutor.homework.submission_store import SubmissionStore

KEY, NOTES, SOLUTION = "x=73194", "给批改者的银杏叶笔记", "先移项的朱雀解法"
MISTAKE = a_question_grade(
    1, 2.0, answer="x=-2", reason="sign", explanation="看看移项时的符号", expected_tex="x = 73194"
)


@dataclass
class Desk:
    """A class with an assignment on a puppet's server."""

    server: Server
    people: People
    puppet: Puppet
    student: Person
    classmate: Person
    assignment: Assignment

    async def given(self, **changes: object) -> Assignment:
        self.assignment = replace(self.assignment, **changes)  # type: ignore[arg-type]  # of the test's own choosing
        await AssignmentStore(self.server.app[MONGO]).add(self.assignment)
        return self.assignment

    async def handed_in(self, *, released: bool = True) -> Submission:
        """Work of the student's whose first question is wrong."""
        submission = a_submission(self.assignment, student_id=self.student.id, state="graded")
        grades = GradeStore(self.server.app[MONGO])
        await SubmissionStore(self.server.app[MONGO]).add(submission)
        grade = a_grade(submission, questions=(MISTAKE, a_question_grade(2)))
        await grades.add(grade)
        if released:
            await grades.rule([a_ruling(grade, 1, 2.0, comment="再想一想")])
            await grades.release(Release(submission.id, self.assignment.id, self.student.id, None, NOW))
        return submission

    async def room(self, kind: str, topic_id: str, person: Person | None = None) -> tuple[Room, Json]:
        owner = person or self.student
        socket = await owner.connect()
        about = {"kind": kind, "id": topic_id}
        made = (await socket.ask("conversation.create", client_id=a_client_id(), about=about))["conversation"]
        room = Room(owner, socket, made["id"])
        await room.open()
        return room, made


@pytest.fixture(scope="module")
async def puppet() -> AsyncIterator[Puppet]:
    made = Puppet()
    yield made
    made.finish_all()


@pytest.fixture
async def desk(serve: Serve, puppet: Puppet) -> AsyncIterator[Desk]:
    server = await serve(model=puppet)
    async with People(server) as people:
        teacher, (student, classmate), class_id = await people.classroom(2)
        question = a_question(1, key=KEY, notes=NOTES, solution=SOLUTION)
        assignment = an_assignment(
            teacher_id=teacher.id, class_ids=(class_id,), questions=(question, a_question(2)), solutions="never"
        )
        yield Desk(server, people, puppet, student, classmate, assignment)
        puppet.finish_all()


async def test_a_question_of_a_result_is_in_the_prompt_as_data(desk: Desk) -> None:
    await desk.given()
    submission = await desk.handed_in()
    room, made = await desk.room("homework", f"{submission.id}:q1")
    assert made["about"] == {"kind": "homework", "id": f"{submission.id}:q1", "title": "一元一次方程 · 1"}
    assert (made["title"], made["subject"], made["grade"]) == ("一元一次方程 · 1", "math", 7)
    said = await asked(desk.puppet, room)
    prompt = said.line.prompt
    slot = prompt.turns[0].text
    assert slot.startswith('<message from="homework" number="')
    for word in ("解方程 2x+3=7", "x=-2", "2 of 5", "sign", "看看移项时的符号", "再想一想"):
        assert word in slot
        assert word not in prompt.system
    assert (prompt.topic, prompt.earlier[0], prompt.version) == (
        "解方程 2x+3=7",
        "解方程 2x+3=7",
        "tutor.v2.zh~topic.v1",
    )
    said.line.finish()
    await said.ended("complete")


@pytest.mark.parametrize("kind", ["homework", "assignment"])
async def test_no_prompt_has_a_word_of_key_notes_or_hidden_solution(kind: str, desk: Desk) -> None:
    await desk.given()
    submission = await desk.handed_in()
    room, made = await desk.room(kind, f"{submission.id if kind == 'homework' else desk.assignment.id}:q1")
    said = await asked(desk.puppet, room)
    for secret in ("73194", NOTES, SOLUTION):
        assert secret not in repr(said.line.prompt)
        assert secret not in repr(made)
        assert secret not in repr(await room.open())
    said.line.finish()
    await said.ended("complete")


async def test_a_solution_that_may_be_shown_is_told_the_tutor_and_lifts_the_cap(desk: Desk) -> None:
    await desk.given(solutions="after_release", hint_cap=1)
    submission = await desk.handed_in()
    room, _ = await desk.room("homework", f"{submission.id}:q1")
    said = await asked(desk.puppet, room)
    assert SOLUTION in said.line.prompt.turns[0].text
    assert KEY not in said.line.prompt.turns[0].text
    assert said.line.prompt.level == 2
    said.line.finish()
    await said.ended("complete")


async def test_a_solution_for_after_it_is_due_waits_for_that(desk: Desk) -> None:
    await desk.given(solutions="after_due", due_at=NOW + timedelta(days=4000))
    submission = await desk.handed_in()
    room, _ = await desk.room("homework", f"{submission.id}:q1")
    said = await asked(desk.puppet, room)
    assert SOLUTION not in said.line.prompt.turns[0].text
    said.line.finish()
    await said.ended("complete")


async def test_the_cap_of_the_assignment_caps_the_ladder(desk: Desk) -> None:
    await desk.given(hint_cap=1)
    room, _ = await desk.room("assignment", f"{desk.assignment.id}:q1")
    said = await asked(desk.puppet, room)
    assert (said.line.prompt.level, said.line.prompt.capped) == (1, True)
    said.line.finish()
    end = await said.ended("complete")
    assert end["message"]["reply"]["no_more"] == "hint_cap"
    with pytest.raises(Refused) as refused:
        await room.socket.ask("hint.next", conversation_id=room.id)
    assert (refused.value.code, refused.value.details) == ("hint_cap", {"level": 1})
    with pytest.raises(Refused) as refused:
        await room.student.call("PATCH", f"/conversations/{room.id}", {"mode": "explain"})
    assert refused.value.code == "mode_not_allowed"


async def test_the_cap_stays_when_the_assignment_is_gone(desk: Desk) -> None:
    await desk.given(hint_cap=1)
    room, _ = await desk.room("assignment", f"{desk.assignment.id}:q1")
    await AssignmentStore(desk.server.app[MONGO]).remove(desk.assignment)
    said = await asked(desk.puppet, room)
    assert (said.line.prompt.level, said.line.prompt.topic) == (1, "")
    said.line.finish()
    await said.ended("complete")


async def test_what_is_written_so_far_is_told_the_tutor(desk: Desk) -> None:
    await desk.given()
    answers = (Typed("q1", "2x=10"), Typed("q2", "5/6"))
    draft = Draft(
        draft_id(desk.student.id, desk.assignment.id), desk.student.id, desk.assignment.id, answers, "", (), NOW
    )
    await SubmissionStore(desk.server.app[MONGO]).save_draft(draft)
    room, _ = await desk.room("assignment", f"{desk.assignment.id}:q1")
    said = await asked(desk.puppet, room)
    assert "2x=10" in said.line.prompt.turns[0].text
    assert "5/6" not in said.line.prompt.turns[0].text
    said.line.finish()
    await said.ended("complete")


async def test_the_same_question_again_gives_the_open_room_and_a_new_one_when_that_is_put_away(desk: Desk) -> None:
    await desk.given()
    topic_id = f"{desk.assignment.id}:q1"
    room, _ = await desk.room("assignment", topic_id)
    again, _ = await desk.room("assignment", topic_id)
    other, _ = await desk.room("assignment", f"{desk.assignment.id}:q2")
    assert (again.id == room.id, other.id == room.id) == (True, False)
    await room.student.call("PATCH", f"/conversations/{room.id}", {"archived": True})
    fresh, _ = await desk.room("assignment", topic_id)
    assert fresh.id != room.id


async def test_others_and_results_that_are_not_back_are_not_found(desk: Desk) -> None:
    await desk.given(state="draft")
    submission = await desk.handed_in(released=False)
    outsider = await desk.people.student()
    released = await desk.handed_in()
    tried = [
        ("homework", f"{submission.id}:q1", desk.student),
        ("homework", f"{released.id}:q9", desk.student),
        ("homework", f"{released.id}:q1", desk.classmate),
        ("assignment", f"{desk.assignment.id}:q1", desk.student),
        ("assignment", f"{desk.assignment.id}:q1", outsider),
        ("planet", f"{released.id}:q1", desk.student),
        ("homework", "q1", desk.student),
    ]
    for kind, topic_id, person in tried:
        with pytest.raises(Refused) as refused:
            await desk.room(kind, topic_id, person)
        assert refused.value.code == "not_found", (kind, topic_id)


async def test_work_of_ones_own_is_called_by_how_its_question_begins(desk: Desk) -> None:
    submission = a_submission(student_id=desk.student.id, state="graded")
    grades = GradeStore(desk.server.app[MONGO])
    await SubmissionStore(desk.server.app[MONGO]).add(submission)
    await grades.add(a_grade(submission, questions=(a_question_grade(1),)))
    await grades.release(Release(submission.id, None, desk.student.id, None, NOW))
    _, made = await desk.room("homework", f"{submission.id}:q1")
    assert made["about"]["title"] == "解方程 2x+3=7"
