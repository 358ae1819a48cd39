"""Homework as a student does it: typed and photographed, handed in, graded while she watches, given back, discussed."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import SIZES, Visit
from tests.browser.visitor import PHONE, look
from tests.conftest import Serve
from tests.factories import People, Person, Server, a_client_id, a_photo
from tests.homework.desk import Desk, a_desk
from tests.homework.factories import Grader, a_question_grade, given
from tutor.core.clock import Clock, new_id
from tutor.homework.models import Award, Evidence, Grade, Place

pytestmark = pytest.mark.timeout(180)

OFFLINE = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "WebSocket connection to")
REFUSED = "responded with a status of 4"  # the browser tells of every refusal
WORKING = "2x+3=7\n2x=4\nx=2"


@pytest.fixture
def grader() -> Grader:
    """One that waits in the middle of each work until it may go on."""
    waiting = Grader()
    waiting.gate.clear()
    return waiting


@pytest.fixture
async def watched(serve: Serve, grader: Grader) -> Server:
    """A server on which only that one grades."""
    return await serve(grading=grader, mongodb={"database": f"homework-{new_id()}"})


async def photographed(page: Page, *names: str) -> None:
    """Choose photos, and wait until the server has them."""
    photos = [{"name": name, "mimeType": "image/jpeg", "buffer": a_photo((900, 1200))} for name in names]
    await page.set_input_files("#files", photos)  # type: ignore[arg-type]  # its FilePayload
    await expect(page.locator(".shot[data-state=there]")).to_have_count(len(names))


async def write(page: Page, *answers: str) -> None:
    for number, text in enumerate(answers, start=1):
        await page.fill(f"#answer-q{number}", text)


@SIZES
async def test_work_is_handed_in_graded_while_she_watches_and_comes_back(
    watched: Server, visit: Visit, axe: str, grader: Grader, options: dict[str, Any]
) -> None:
    size = len(options)
    async with People(watched) as people:
        teacher, [student], class_id = await people.classroom()
        due = (Clock().now() + timedelta(days=2)).isoformat()
        await given(teacher, class_id, text="写出每一步。公式可以写成 $x^2$。", due_at=due)
        visitor = await visit(watched, student, path="/homework", **options)
        page = visitor.page
        await expect(page.locator("#todo .task-title")).to_have_text(["一元一次方程"])
        await look(visitor, axe, f"homework-todo-{size}")

        await page.click("#todo .task-link")
        await visitor.live()
        await write(page, WORKING, "1/2 + 1/3 = 5/6")
        await expect(page.locator(".preview .mfrac").first).to_be_visible()
        await photographed(page, "第一页.jpg", "第二页.jpg")
        await expect(page.locator("#saved")).to_have_text("已保存")
        await look(visitor, axe, f"homework-written-{size}")
        await page.reload()
        await expect(page.locator("#answer-q1")).to_have_value(WORKING)
        await expect(page.locator(".shot[data-state=there]")).to_have_count(2)

        await visitor.live()
        await page.click("#hand-in")
        await expect(page.locator("#state-text")).to_have_text("正在批改：已完成 1/2 题")
        await expect(page.locator("#state progress")).to_have_js_property("value", 1)
        await look(visitor, axe, f"homework-graded-{size}")
        await page.goto("/homework")
        await visitor.live()
        await expect(page.locator("#waiting .task-state")).to_have_text("正在批改：已完成 1/2 题")
        grader.gate.set()
        await expect(page.locator("#waiting .task-state")).to_have_text("批改完成，老师正在查看")

        await release(teacher, student)
        await expect(page.locator("#back .task-points")).to_have_text("10 / 10")
        await look(visitor, axe, f"homework-back-{size}")
        await page.click(".toast a")
        await expect(page.locator("#points")).to_have_text("10")
        await expect(page.locator(".question.result")).to_have_count(2)
        await expect(page.locator(".checked-by").first).to_have_text("计算验证")


async def release(teacher: Person, student: Person) -> None:
    newest = (await student.call("GET", "/submissions"))["items"][0]
    await teacher.call("POST", f"/submissions/{newest['id']}/release", {})


async def a_grade_with_evidence(desk: Desk) -> Grade:
    """A photo with a typed answer: full points by calculation, none with a place and a wrong line."""
    [student] = desk.students
    file = await student.send_file(a_photo((900, 1200)), "第一页.jpg")
    place = Place(file["id"], 1, 0.08, 0.3, 0.5, 0.08)
    return await desk.graded(
        student,
        a_question_grade(1, answer=WORKING, answer_tex="x=2"),
        a_question_grade(
            2,
            None,
            question="1/2 + 1/3 = ?",
            answer="1/2 + 1/3\n= 2/5\n所以答案是 2/5",
            awards=(Award("whole", 0.0, Evidence("= 2/5", 10, place)),),
            by="model",
            confidence=0.9,
            reason="value",
            explanation="先通分：$\\frac{1}{2}+\\frac{1}{3}=\\frac{3}{6}+\\frac{2}{6}$，分子分母不能直接相加。",
            wrong_line=2,
            knowledge=("分数加法", "通分"),
        ),
        submission={"file_ids": (file["id"],)},
    )


@SIZES
async def test_a_result_arrives_with_its_evidence_and_is_talked_about(
    server: Server, people: People, visit: Visit, axe: str, options: dict[str, Any]
) -> None:
    desk, size = await a_desk(people), len(options)
    grade = await a_grade_with_evidence(desk)
    [student] = desk.students
    visitor = await visit(server, student, path=f"/homework/results/{grade.submission_id}", **options)
    visitor.expect_complaints("status of 409")  # it is not released yet
    page = visitor.page
    await expect(page.locator("#waiting-text")).to_have_text("批改完成，老师正在查看")
    await look(visitor, axe, f"result-waiting-{size}")
    await desk.rules(grade.submission_id, "comment", question_id="q2", comment="想一想：能直接把分母相加吗？")
    await desk.rules(grade.submission_id, "accept", question_id="q2")
    await desk.released(grade)
    await expect(page.locator("#points")).to_have_text("5")
    right, wrong = page.locator(".question.result").first, page.locator(".question.result").last
    await expect(right).to_have_attribute("data-mark", "full")
    await expect(right.locator(".checked-by")).to_have_text("计算验证")
    await expect(wrong.locator(".answer-text mark")).to_have_text("= 2/5")
    await expect(wrong.locator(".line[data-wrong]")).to_contain_text("= 2/5")
    await expect(wrong.locator(".figure .box")).to_be_visible()
    await wrong.locator(".figure").scroll_into_view_if_needed()
    await expect(wrong.locator(".figure img[src]")).to_be_attached()
    await expect(wrong.locator(".explanation .mfrac").first).to_be_visible()
    await expect(wrong.locator(".teacher-comment")).to_contain_text("想一想")
    await look(visitor, axe, f"result-{size}")
    await wrong.locator(".figure").click()
    await expect(page.locator("#page .box")).to_be_visible()
    await page.keyboard.press("Escape")

    await wrong.locator("[data-do=appeal]").click()
    await wrong.locator(".appeal-box").fill("我觉得方法是对的，能给步骤分吗？")
    await wrong.locator(".appeal-form [type=submit]").click()
    await expect(wrong.locator(".appeal-message")).to_have_count(1)
    await expect(wrong.locator(".appeal-box")).to_have_value("")
    socket = await desk.teacher.connect()
    thread = {"submission_id": grade.submission_id, "question_id": "q2"}
    await socket.ask("appeal.send", **thread, client_id=a_client_id(), text="通分这一步没有写，所以没有分。")
    await expect(wrong.locator(".appeal-message").last).to_contain_text("王老师（老师）")
    await look(visitor, axe, f"result-appeal-{size}")
    await socket.ask("appeal.settle", **thread)
    await expect(wrong.locator(".appeal-form")).to_be_hidden()
    await page.reload()
    await wrong.locator("[data-do=appeal]").click()
    await expect(wrong.locator(".appeal-message")).to_have_count(2)


async def test_what_a_teacher_gave_all_points_for_is_not_called_wrong(
    server: Server, people: People, visit: Visit
) -> None:
    desk = await a_desk(people)
    grade = await a_grade_with_evidence(desk)
    await desk.rules(grade.submission_id, "change", question_id="q2", criterion_id="whole", points=5)
    await desk.released(grade)
    visitor = await visit(server, desk.students[0], path=f"/homework/results/{grade.submission_id}")
    page = visitor.page
    await expect(page.locator("#points")).to_have_text("10")
    right = page.locator(".question.result").last
    await expect(right.locator(".answer-text mark")).to_have_text("= 2/5")
    await expect(right.locator(".line[data-wrong]")).to_have_count(0)
    await expect(right.locator(".why-text")).to_be_hidden()


async def test_work_may_be_taken_back_and_handed_in_again(
    watched: Server, visit: Visit, axe: str, grader: Grader
) -> None:
    async with People(watched) as people:
        teacher, [student], class_id = await people.classroom()
        task = await given(teacher, class_id)
        visitor = await visit(watched, student, path=f"/homework/{task['id']}", **PHONE)
        page = visitor.page
        await write(page, "x=2")
        await page.click("#hand-in")
        await expect(page.locator("#confirm-text")).to_contain_text("第 2 题")
        await page.click("#confirm [data-close] >> nth=-1")
        await expect(page.locator("#answer-q2")).to_be_focused()
        await page.click("#hand-in")
        await page.click("#confirm-yes")
        await expect(page.locator("#state-facts")).to_contain_text("第 1 次提交")
        await expect(page.locator("#answer-q1")).not_to_be_editable()
        await page.click("#again")
        await write(page, "x=2", "5/6")
        await page.click("#hand-in")
        await expect(page.locator("#state-facts")).to_contain_text("第 2 次提交")
        await expect(page.locator("#versions > li")).to_have_count(1)
        await page.click("#versions summary")
        await expect(page.locator("#versions .written")).to_contain_text("x")
        await look(visitor, axe, "homework-versions")
        for version, state in [("第 1 次提交", "正在批改：已完成 1/2 题"), ("第 2 次提交", "已撤回")]:
            await page.click("#withdraw")
            await page.click("#confirm-yes")
            await expect(page.locator("#state-facts")).to_contain_text(version)
            await expect(page.locator("#state-text")).to_have_text(state)
        await expect(page.locator("#answer-q2")).to_be_editable()
        states = {one["state"] for one in (await student.call("GET", "/submissions"))["items"]}
        assert states == {"withdrawn"}
        grader.gate.set()


async def test_what_is_written_without_a_network_is_not_lost(server: Server, people: People, visit: Visit) -> None:
    teacher, [student], class_id = await people.classroom()
    task = await given(teacher, class_id)
    visitor = await visit(server, student, path=f"/homework/{task['id']}")
    visitor.expect_complaints(*OFFLINE)
    page = visitor.page
    await visitor.context.route("**/api/v1/drafts/**", lambda route: route.abort())
    await write(page, "x=2")
    await expect(page.locator("#saved")).to_contain_text("已保存在这台设备上")
    await page.reload()
    await expect(page.locator("#answer-q1")).to_have_value("x=2")
    await visitor.context.unroute("**/api/v1/drafts/**")
    await expect(page.locator("#saved")).to_have_text("已保存")
    draft = (await student.call("GET", f"/drafts/{task['id']}"))["draft"]
    assert draft["answers"] == [{"question_id": "q1", "text": "x=2"}]
    assert await page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('work:')).length") == 0


async def test_a_lost_answer_does_not_hand_in_twice(server: Server, people: People, visit: Visit) -> None:
    teacher, [student], class_id = await people.classroom()
    task = await given(teacher, class_id)
    visitor = await visit(server, student, path=f"/homework/{task['id']}")
    visitor.expect_complaints(*OFFLINE)
    page = visitor.page
    await write(page, "x=2", "5/6")

    async def lose(route: Any) -> None:
        await route.fetch()
        await route.abort()

    await visitor.context.route("**/api/v1/submissions", lose, times=1)
    await page.click("#hand-in")
    await expect(page.locator(".toast")).to_be_visible()
    await page.click("#hand-in")
    await expect(page.locator("#state-facts")).to_contain_text("第 1 次提交")
    assert len((await student.call("GET", "/submissions"))["items"]) == 1


async def test_a_photo_that_is_none_says_so_and_a_lost_one_is_sent_again(
    server: Server, people: People, visit: Visit, axe: str
) -> None:
    teacher, [student], class_id = await people.classroom()
    task = await given(teacher, class_id)
    visitor = await visit(server, student, path=f"/homework/{task['id']}", **PHONE)
    visitor.expect_complaints(*OFFLINE, REFUSED)
    page = visitor.page
    payload = FilePayload(name="假照片.jpg", mimeType="image/jpeg", buffer=b"no picture at all")
    await page.set_input_files("#files", [payload])
    await expect(page.locator(".shot[data-state=failed] .shot-problem")).to_contain_text("JPEG")
    await page.click("#hand-in")
    await expect(page.locator(".toast")).to_contain_text("没有上传成功")
    await look(visitor, axe, "homework-photo-refused")
    await page.click(".shot [data-do=remove]")
    await expect(page.locator(".shot")).to_have_count(0)
    await visitor.context.route("**/api/v1/files?*", lambda route: route.abort(), times=1)
    await photographed(page, "第一页.jpg")
    await page.click("#hand-in")
    await expect(page.locator("#state")).to_be_visible()


@SIZES
async def test_own_work_is_written_and_handed_in_for_a_check(
    server: Server, people: People, visit: Visit, axe: str, options: dict[str, Any]
) -> None:
    student = await people.student()
    visitor = await visit(server, student, path="/homework", **options)
    visitor.expect_complaints("status of 409")
    page = visitor.page
    await expect(page.locator("#todo-empty")).to_be_visible()
    await page.click("a[href='/homework/own']")
    await visitor.live()
    await page.fill("#free", "x=2")
    await page.click("#hand-in")
    await expect(page.locator("#free-problem")).to_be_visible()
    await page.fill("#free", "1. 2x+3=7\nx=2\n2. 1/2 + 1/3\n= 5/6")
    await expect(page.locator("#free-preview .katex").first).to_be_visible()
    await look(visitor, axe, f"homework-own-{len(options)}")
    await page.click("#hand-in")
    await page.wait_for_url("**/homework/results/*")
    await expect(page.locator("#points")).to_have_text("2")
    await expect(page.locator("#title")).to_have_text("自己的作业")
    await expect(page.locator("[data-do=appeal]:visible")).to_have_count(0)
    await look(visitor, axe, f"homework-own-result-{len(options)}")


@SIZES
@pytest.mark.parametrize("path", ["/homework/{assignment}", "/homework/results/{submission}"])
async def test_the_tutor_is_asked_about_a_question_and_the_room_leads_back(
    server: Server, people: People, visit: Visit, axe: str, path: str, options: dict[str, Any]
) -> None:
    desk = await a_desk(people)
    grade = await desk.released(await desk.graded(desk.students[0]))
    where = path.format(assignment=desk.assignment.id, submission=grade.submission_id)
    visitor = await visit(server, desk.students[0], path=where, **options)
    await visitor.page.locator("[data-do=ask]").last.click()
    await visitor.page.wait_for_url("**/chat/*")
    await expect(visitor.page.locator("#title")).to_contain_text("一元一次方程")
    await look(visitor, axe, f"homework-asked-{path.count('/')}-{len(options)}")
    await visitor.page.click("#about a")
    await visitor.page.wait_for_url(f"**{where}")
    await visitor.page.go_back()
    await expect(visitor.page.locator("#about a")).to_have_text("一元一次方程 · 2")
    await visitor.page.click("#new:visible, #new-short:visible")
    await expect(visitor.page.locator("#about")).to_be_hidden()


async def test_news_of_a_result_come_into_the_chat(server: Server, people: People, visit: Visit) -> None:
    desk = await a_desk(people)
    grade = await desk.graded(desk.students[0])
    visitor = await visit(server, desk.students[0], path="/chat", **PHONE)
    page = visitor.page
    await page.click("[data-drawer=open] >> visible=true")
    await expect(page.locator("#side a[href='/homework']")).to_be_visible()
    await desk.released(grade)
    await expect(page.locator(".toast")).to_contain_text("一元一次方程")
    await page.click(".toast a")
    await expect(page.locator("#points")).to_have_text("10")


async def test_homework_is_done_with_the_keyboard(server: Server, people: People, visit: Visit) -> None:
    teacher, [student], class_id = await people.classroom()
    task = await given(teacher, class_id)
    visitor = await visit(server, student, path=f"/homework/{task['id']}")
    page, keyboard = visitor.page, visitor.page.keyboard
    await tab_to(page, "#answer-q1")
    await keyboard.type("x=2")
    await tab_to(page, "#answer-q2")
    await keyboard.type("5/6")
    await tab_to(page, "#hand-in")
    assert await page.locator(":focus-visible").count() == 1
    await keyboard.press("Enter")
    await expect(page.locator("#state")).to_be_visible()


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(30):
        if await page.locator(selector).evaluate("(element) => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


async def test_the_graders_of_the_house_check_typed_work(server: Server, people: People, visit: Visit) -> None:
    teacher, [student], class_id = await people.classroom()
    task = await given(teacher, class_id)
    visitor = await visit(server, student, path=f"/homework/{task['id']}")
    page = visitor.page
    await write(page, WORKING, "2/5")
    await page.click("#hand-in")
    await expect(page.locator("#state-text")).to_have_text("批改完成，老师正在查看")
    await release(teacher, student)
    await page.click("#to-result")
    await expect(page.locator("#points")).to_have_text("5")
    await expect(page.locator(".checked-by").last).to_have_text("计算验证")
