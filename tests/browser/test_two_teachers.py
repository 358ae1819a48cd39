"""Two teachers of one class in one room: both see the same, only one of two decisions holds, and one steps in for the
other. And what their student sees when the teacher who checks is gone."""

from collections.abc import Callable

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.conftest import SIZES, Visit
from tests.browser.lesson import OWN, Lesson, a_lesson, floor, raise_hand, reject, step_in, whisper
from tests.browser.visitor import Visitor, look
from tests.conftest import Serve
from tests.factories import People, Person, Server, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script

pytestmark = pytest.mark.timeout(180)

SHORT = {"floor_away_s": 3.0, "draft_waits_s": 1.0}
SOCKETS = {"per_user": 20}


@pytest.fixture
async def server(fake: FakeAI, serve: Serve) -> Server:
    return await serve(ai=an_ai_service(fake.base_url), sockets=SOCKETS)


class Line:
    """Between a page and its server: while it is cut in one direction, the page hears nothing and still speaks."""

    def __init__(self) -> None:
        self._late: list[Callable[[], None]] = []
        self._is_slow = False

    async def lead(self, visitor: Visitor) -> None:
        """Let the page's socket go over this line from now on."""
        await visitor.page.route_web_socket("**/socket.io/**", self._connect)
        await visitor.page.reload()
        await visitor.live()

    def slow_down(self) -> None:
        self._is_slow = True

    def catch_up(self) -> None:
        """Say all that was held back, in its order."""
        self._is_slow = False
        for say in self._late:
            say()
        self._late.clear()

    def _connect(self, page: WebSocketRoute) -> None:
        def forward(frame: str | bytes) -> None:
            if self._is_slow:
                self._late.append(lambda: page.send(frame))
            else:
                page.send(frame)

        page.connect_to_server().on_message(forward)


async def two_teachers(server: Server) -> tuple[Person, Person, Person]:
    """A student, the teacher, and her colleague in the class."""
    async with People(server) as people:
        teacher, [student], class_id = await people.classroom()
        colleague = await people.teacher(display_name="李老师")
        await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
    return student, teacher, colleague


async def both_enter(server: Server, visit: Visit, **options: object) -> tuple[Lesson, Visitor]:
    """A lesson with its teacher, and her colleague in the same room."""
    student, teacher, colleague = await two_teachers(server)
    lesson = await a_lesson(server, visit, teacher, student, **options)
    await lesson.pupil.answered()
    other = await visit(server, colleague, path=lesson.path, **options)
    await expect(other.answers).to_have_count(1)
    return lesson, other


async def told(page: Page, text: str) -> None:
    await expect(page.locator(".toast").last).to_contain_text(text)


@SIZES
async def test_the_second_of_two_decisions_is_refused_in_friendly_words(
    server: Server, visit: Visit, axe: str, options: dict[str, object]
) -> None:
    lesson, other = await both_enter(server, visit, **options)
    desk, pupil, colleague, line = lesson.desk.page, lesson.pupil.page, other.page, Line()
    await line.lead(other)
    await raise_hand(pupil, "", 1)
    for press, refusal in (
        ("#hand-claim", "王老师 已经去看这位同学了"),
        ("#take", "王老师 刚刚接手了"),
    ):
        await expect(colleague.locator(press)).to_be_attached()
        line.slow_down()
        await step_in(desk, press)
        await step_in(colleague, press)
        line.catch_up()
        await told(colleague, refusal)
    await expect(floor(colleague)).to_have_text("现在由 王老师 回答")
    await look(other, axe, f"two-conflict-colleague-{len(options)}")
    await whisper(desk, "先让他自己试一试")
    await expect(colleague.locator("#whisper-count")).to_have_text("1")
    await step_in(colleague, "#take")
    await expect(floor(desk)).to_have_text("现在由 李老师 回答")
    await expect(floor(pupil)).to_have_text("现在由 李老师 回答")
    await other.ask(OWN)
    await expect(lesson.desk.said.last).to_contain_text(OWN)
    await look(lesson.desk, axe, f"two-taken-teacher-{len(options)}")
    await look(lesson.pupil, axe, f"two-taken-student-{len(options)}")


async def test_a_draft_is_decided_once(server: Server, visit: Visit) -> None:
    lesson, other = await both_enter(server, visit)
    line = Line()
    await line.lead(other)
    await lesson.desk.page.click("#check")
    await expect(floor(other.page)).to_have_text("五好助手回答，王老师 先看一遍")
    await lesson.pupil.ask("那 3x = 9 呢？")
    for visitor in (lesson.desk, other):
        await expect(visitor.answers.nth(1).locator(".draft")).to_be_visible()
    line.slow_down()
    await lesson.desk.answers.nth(1).locator("[data-do=send]").click()
    await lesson.pupil.answered(1)
    await reject(other.answers.nth(1), "")
    line.catch_up()
    await told(other.page, "已经有人处理过了")
    await other.answered(1)
    await expect(other.answers.nth(1).locator(".draft")).to_have_count(0)
    await expect(other.answers.nth(1).locator(".note")).to_contain_text("王老师")


@SIZES
async def test_a_draft_is_not_forgotten_and_a_teacher_who_vanishes_blocks_nobody(
    fake: FakeAI, serve: Serve, visit: Visit, axe: str, options: dict[str, object]
) -> None:
    server = await serve(ai=an_ai_service(fake.base_url), sockets=SOCKETS, chat=SHORT)
    student, teacher, colleague = await two_teachers(server)
    lesson = await a_lesson(server, visit, teacher, student, **options)
    await lesson.pupil.answered()
    other = await visit(server, colleague, path="/teacher", **options)
    await expect(other.page.locator("#tiles > li")).to_have_count(1)
    await step_in(lesson.desk.page, "#check")
    await expect(floor(lesson.pupil.page)).to_contain_text("先看一遍")
    fake.next(Script(tokens=20))
    await lesson.pupil.ask("那 3x = 9 呢？")
    await told(other.page, "已经等了老师几分钟")
    await look(other, axe, f"draft-waiting-colleague-{len(options)}")
    await other.page.locator(".toast button").first.click()
    await other.page.wait_for_url(f"**{lesson.path}")
    await expect(other.answers.nth(1).locator(".draft")).to_be_visible()
    await look(other, axe, f"draft-opened-colleague-{len(options)}")
    await lesson.desk.page.close()
    await expect(lesson.pupil.page.locator(".notice").last).to_contain_text("王老师 离开了，五好助手继续回答")
    await expect(floor(lesson.pupil.page)).to_have_text("现在由五好助手回答")
    await lesson.pupil.answered(1)
    await look(lesson.pupil, axe, f"floor-lost-student-{len(options)}")
