"""Every page of the product, as the person whom it is for sees it: at a desk and on a phone, in both languages, light
and dark. Axe finds nothing serious, nothing is too wide, and `TUTOR_TEST_PICTURES` keeps pictures of all."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE, look
from tests.factories import People, Person, Server, a_client_id
from tests.homework.desk import Desk
from tests.homework.factories import given
from tests.records.conftest import Lesson, a_lesson
from tutor.homework.context import HOMEWORK

pytestmark = pytest.mark.timeout(120)

ROOM = "article.answered[data-state=complete]"
# Of every page: who looks at it, and what is there once it is filled.
PAGES: dict[str, tuple[str, str]] = {
    "/sign-in": ("stranger", "#username"),
    "/sign-up": ("stranger", "#grade"),
    "/nowhere": ("stranger", "h1"),
    "/account": ("student", "#who:not(:empty)"),
    "/chat": ("student", ".broadcast"),
    "/chat/{conversation_id}": ("student", ROOM),
    "/reads": ("student", ".read"),
    "/homework": ("student", ".task-points b"),
    "/homework/own": ("student", "#subjects .choice-chip"),
    "/homework/{assignment_id}": ("student", ".question"),
    "/homework/results/{submission_id}": ("student", ".question.result"),
    "/teacher": ("teacher", "#tiles > li"),
    "/teacher/rooms/{conversation_id}": ("teacher", ROOM),
    "/teacher/rooms/{conversation_id}/replay": ("teacher", "article.said"),
    "/teacher/classes/{class_id}": ("teacher", "#class-parts:not([inert]) .person"),
    "/teacher/homework": ("teacher", "#assignments > li"),
    "/teacher/homework/new": ("teacher", "#assignment:not([inert])"),
    "/teacher/homework/{assignment_id}/edit": ("teacher", "#assignment:not([inert])"),
    "/teacher/homework/{assignment_id}": ("teacher", "#overview:not([inert])"),
    "/teacher/homework/{assignment_id}/submissions/{submission_id}": ("teacher", "#review:not([inert])"),
    "/family": ("guardian", ".lesson"),
    "/family/rooms/{conversation_id}": ("guardian", ROOM),
    "/school": ("admin", "#people .person"),
    "/schools": ("operator", "#schools .person"),
}
NO_PAGE = "/"  # sends everybody on
# Two looks have each width, language and light once; `make looks` takes the others too.
LOOKS: dict[str, dict[str, object]] = {
    "desk-zh": {},
    "phone-en": {**PHONE, "locale": "en-GB", "color_scheme": "dark"},
}
if os.environ.get("TUTOR_TEST_LOOKS") == "all":
    LOOKS |= {
        "phone-zh": {**PHONE},
        "phone-zh-dark": {**PHONE, "color_scheme": "dark"},
        "desk-en-dark": {"locale": "en-GB", "color_scheme": "dark"},
    }


@dataclass(frozen=True)
class School:
    """People of every kind, and the ids in the addresses of their pages."""

    people: dict[str, Person | None]
    ids: dict[str, str]


@pytest.fixture(scope="module")
async def school(server: Server) -> AsyncIterator[School]:
    async with People(server) as people:
        school_id = await people.school()
        lesson = await a_lesson(people, "解方程 2x+3=11", school=school_id)
        class_id = (await lesson.teacher.call("GET", "/classes"))["items"][0]["id"]
        await lesson.look(why="看看作业")
        await lesson.desk.ask("whisper.add", conversation_id=lesson.id, client_id=a_client_id(), text="别给第三步")
        await lesson.desk.ask("broadcast.send", class_id=class_id, client_id=a_client_id(), text="明天带尺子和圆规")
        await lesson.room.socket.ask("hand.raise", conversation_id=lesson.id, line="第三步看不懂")
        yield School(
            {
                "stranger": None,
                "student": lesson.student,
                "teacher": lesson.teacher,
                "guardian": await people.guardian(lesson.teacher, class_id, lesson.student),
                "admin": await people.appointed("admin", school_id),
                "operator": await people.appointed("operator"),
            },
            {"conversation_id": lesson.id, "class_id": class_id, **await homework(people, lesson, class_id)},
        )


async def homework(people: People, lesson: Lesson, class_id: str) -> dict[str, str]:
    """Homework of the lesson's teacher that its student has back, and work of hers that is still to do."""
    made = await given(lesson.teacher, class_id)
    assignment = await people.server.app[HOMEWORK].assignments.find(made["id"])
    assert assignment is not None
    desk = Desk(people, lesson.teacher, [lesson.student], class_id, assignment)
    grade = await desk.released(await desk.graded(lesson.student))
    await given(lesson.teacher, class_id, title="分数的加法")
    return {"assignment_id": assignment.id, "submission_id": grade.submission_id}


def test_every_page_is_looked_at(server: Server) -> None:
    routes = [route for route in server.app.router.routes() if route.handler.__module__.endswith(".pages")]
    there = {route.resource.canonical for route in routes if route.resource is not None}
    assert there - {NO_PAGE} == set(PAGES) - {"/nowhere"}


@pytest.mark.parametrize("kind", LOOKS)
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_fits_and_axe_finds_nothing_serious(
    server: Server, visit: Visit, axe: str, school: School, path: str, kind: str
) -> None:
    who, filled = PAGES[path]
    visitor = await visit(server, school.people[who], path=path.format(**school.ids), live=False, **LOOKS[kind])
    visitor.expect_complaints("status of 401", "status of 404")  # a stranger's page asks who it is; nothing is nowhere
    await expect(visitor.page.locator(filled).first).to_be_visible()
    await look(visitor, axe, f"page{picture_of(path)}-{kind}")


def picture_of(path: str) -> str:
    """The name of a page's picture: "-family-rooms-one"."""
    return "".join("-one" if part.startswith("{") else f"-{part}" for part in path.strip("/").split("/"))
