"""One whole lesson on real sockets: a teacher and five students, each in a browser of their own, wide and narrow.

What came to the students' sockets is searched at the end for all that is not for them.
"""

import asyncio
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import SIZES, Visit
from tests.browser.lesson import OWN, Lesson, edit, floor, hand_at, raise_hand, reject, step_in, whisper
from tests.browser.visitor import Visitor, look
from tests.conftest import Serve
from tests.factories import People, Server, an_ai_service
from tests.live.ears import keeps_quiet, said_in
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script

pytestmark = pytest.mark.timeout(300)

NAMES = ("小安", "小贝", "小晨", "小丁", "小娥")
LINE = "第三步看不懂"
WHISPER = "悄悄话青鸟：先不要讲第三步的移项"
DRAFT, REJECTED, WHY = "草稿甲银杏叶落，两边都减去三。", "草稿乙白鹭飞过，答案写全了。", "理由丙玄武岩层"
EDITED = "先想一想：等式两边可以同时做什么？"
HIDDEN = (WHISPER, DRAFT, REJECTED, WHY)
SLOW = Script(tokens=120, delay_s=0.05)


@dataclass(frozen=True)
class Classroom:
    """The teacher's browser and her students' own; `look` keeps pictures of a size and runs axe."""

    desk: Visitor
    pupils: list[Visitor]
    axe: str
    size: str

    @property
    def lesson(self) -> Lesson:
        """The first student's, who is helped."""
        return Lesson(self.desk, self.pupils[0])

    @property
    def hands(self) -> Locator:
        return self.desk.page.locator("#hands > li")

    async def all_are(self, state: str) -> None:
        """Wait until every tile of the board is in this state."""
        await expect(self.desk.page.locator(f"#tiles > [data-state={state}]")).to_have_count(len(NAMES))

    async def look(self, name: str, *visitors: Visitor) -> None:
        for visitor in visitors or (self.desk, self.pupils[0]):
            who = "teacher" if visitor is self.desk else "student"
            await look(visitor, self.axe, f"lesson-{name}-{who}-{self.size}")


@pytest.fixture
async def server(fake: FakeAI, serve: Serve) -> Server:
    return await serve(ai=an_ai_service(fake.base_url))


@SIZES
async def test_a_teacher_helps_one_of_five_while_all_of_them_work(
    server: Server, fake: FakeAI, visit: Visit, axe: str, options: dict[str, object]
) -> None:
    async with People(server) as people:
        teacher, _, class_id = await people.classroom(0)
        code = (await teacher.call("GET", f"/classes/{class_id}"))["class"]["code"]
        students = [await people.student(display_name=name) for name in NAMES]
        for student in students:
            await student.call("POST", "/classes/join", {"code": code})
    desk = await visit(server, teacher, path="/teacher", **options)
    pupils = [await visit(server, student, **options) for student in students]
    room = Classroom(desk, pupils, axe, "phone" if options else "desk")
    await all_ask(room, fake)
    await two_raise_hands(room)
    await she_comes_and_answers(room)
    await she_whispers(room)
    await she_checks(room, fake)
    await she_leaves(room)
    await nobody_heard_what_is_hidden(room, fake)


async def all_ask(room: Classroom, fake: FakeAI) -> None:
    """The board has five tiles, and they tell what happens."""
    await expect(room.desk.page.locator("#tiles .tile-name")).to_have_text(list(NAMES))
    fake.next(*[SLOW] * len(NAMES))
    asking = [pupil.ask(f"为什么{name}要移项？") for name, pupil in zip(NAMES, room.pupils, strict=True)]
    await asyncio.gather(*asking)
    await room.all_are("answering")
    await room.look("answering")
    for pupil in room.pupils:
        await pupil.answered()
    await room.all_are("idle")
    await expect(room.desk.page.locator("#live-count")).to_have_text("5/5")
    await room.look("idle", room.desk)


async def two_raise_hands(room: Classroom) -> None:
    first, second = room.pupils[0].page, room.pupils[1].page
    await first.click("#hand")
    await room.look("hand-asked", room.pupils[0])
    await first.keyboard.press("Escape")
    await raise_hand(first, LINE, 1)
    await raise_hand(second, "", 2)
    await expect(room.hands).to_have_count(2)
    await expect(room.hands.first).to_contain_text(LINE)
    for name in NAMES[:2]:
        tile = room.desk.page.locator("#tiles > li").filter(has_text=name)
        await expect(tile).to_have_attribute("data-state", "waiting")
    await room.look("hands")


async def she_comes_and_answers(room: Classroom) -> None:
    """She claims the first hand, takes over, answers, and keeps the floor through a reload."""
    desk, pupil = room.desk.page, room.pupils[0].page
    await room.hands.first.locator("[data-do=go]").click()
    await desk.wait_for_url(f"**{room.lesson.path}")
    await expect(pupil.locator("#hand-text")).to_have_text("王老师 来帮你了")
    await hand_at(room.pupils[1].page, 1)
    await expect(pupil.locator("#present [data-role=teacher]")).to_contain_text("王老师")
    await expect(room.desk.answers).to_have_count(1)
    await room.look("came")
    await step_in(desk, "#take")
    await both_floors(room, "现在由你回答", "现在由 王老师 回答")
    await room.pupils[0].ask("老师，为什么要变号？")
    await expect(room.desk.said.last).to_contain_text("为什么要变号")
    await desk.reload()
    await both_floors(room, "现在由你回答", "现在由 王老师 回答")
    await room.desk.ask(OWN)
    await expect(room.pupils[0].said.last.locator(".bubble")).to_have_text(OWN)
    await expect(pupil.locator(".notice[data-kind='floor.lost']")).to_have_count(0)
    await room.look("taken")


async def both_floors(room: Classroom, hers: str, theirs: str) -> None:
    await expect(floor(room.desk.page)).to_have_text(hers)
    await expect(floor(room.pupils[0].page)).to_have_text(theirs)


async def she_whispers(room: Classroom) -> None:
    await whisper(room.desk.page, WHISPER)
    await room.look("whisper", room.desk)
    await room.desk.page.click("#whisper-open")


async def she_checks(room: Classroom, fake: FakeAI) -> None:
    """One draft waits when the student goes on asking; she changes it, and keeps the second back."""
    desk, pupil = room.desk, room.pupils[0]
    await step_in(desk.page, "#check")
    await both_floors(room, "五好助手回答，你先看一遍再发", "五好助手回答，王老师 先看一遍")
    for number, text in ((1, DRAFT), (2, REJECTED)):
        fake.next(Script("says", say=text))
        await pupil.ask(f"第 {number} 步怎么想？")
        await expect(desk.answers.nth(number).locator(".draft")).to_be_visible()
        await expect(pupil.answers.nth(number)).to_contain_text("老师正在查看回答")
    assert WHISPER in str(fake.last.body)
    await room.look("checking")
    await edit(desk.answers.nth(1), EDITED)
    await room.look("editing", desk)
    await desk.page.keyboard.press("Control+Enter")
    await pupil.answered(1)
    await expect(pupil.answers.nth(1).locator(".answer")).to_have_text(EDITED)
    await reject(desk.answers.nth(2), WHY)
    await pupil.answered(2, "rejected")
    await room.look("decided")


async def she_leaves(room: Classroom) -> None:
    """The tutor answers again, the queue moves up and empties, and the board is calm."""
    desk, [pupil, second] = room.desk.page, [one.page for one in room.pupils[:2]]
    await step_in(desk, "#give-back")
    await both_floors(room, "现在由五好助手回答", "现在由五好助手回答")
    await desk.click("#hand-done")
    await expect(pupil.locator("#hand-strip")).to_be_hidden()
    await room.pupils[0].ask("懂了，谢谢")
    await room.pupils[0].answered(3)
    await room.look("handed-back")
    await desk.click("#leave-room")
    await expect(room.hands).to_have_count(1)
    await hand_at(second, 1)
    await second.click("#hand-lower")
    await expect(room.hands).to_have_count(0)
    await room.all_are("idle")
    await room.look("calm", room.desk)


async def nobody_heard_what_is_hidden(room: Classroom, fake: FakeAI) -> None:
    known = said_in(room.desk.frames)
    assert [secret for secret in HIDDEN if secret not in known] == []
    assert len(fake.heard) == len(NAMES) + 3
    for pupil in room.pupils:
        assert EDITED in said_in(pupil.frames) or pupil is not room.pupils[0], "the frames were not recorded"
        keeps_quiet(pupil.frames, HIDDEN)
        keeps_quiet([await pupil.page.content()], HIDDEN)
