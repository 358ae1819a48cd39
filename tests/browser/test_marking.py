"""A teacher writes homework and reviews what comes in: by keyboard, in groups, all at once; at a desk, on a phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import SIZES, Visit
from tests.browser.visitor import Visitor, check, fits, look, photograph
from tests.factories import Json, People, Person, Server, a_client_id, a_photo
from tests.homework.factories import drafted, given, work_body

pytestmark = pytest.mark.timeout(180)

REFUSED = "responded with a status of 4"  # the browser tells of every refusal
PROOF: Json = {
    "id": "q2",
    "text": "为什么 $2^{10} > 10^3$？说明理由。",
    "kind": "text",
    "points": 5,
    "notes": "看有没有算出 1024",
    "criteria": [
        {"id": "a", "text": "算出 1024", "points": 3},
        {
            "id": "b",
            "text": "写出比较",
            "points": 2,
            "levels": [{"points": 2, "text": "完整"}, {"points": 0, "text": "没有"}],
        },
    ],
}
QUESTIONS: list[Json] = [{"id": "q1", "text": "解方程 $2x+3=7$", "points": 5, "key": "x=2"}, PROOF]


async def handed_in(student: Person, assignment: Json, *texts: str, **changes: Any) -> str:
    """Hand work in and wait for its grading; its id."""
    socket = await student.connect()
    sent = await student.call("POST", "/submissions", work_body(assignment["id"], *texts, **changes))
    submission_id: str = sent["submission"]["id"]
    await socket.until("homework.graded", submission_id=submission_id)
    return submission_id


async def queue(teacher: Person, assignment: Json) -> list[Json]:
    rows: list[Json] = (await teacher.call("GET", f"/assignments/{assignment['id']}/queue"))["items"]
    return rows


async def sure(page: Page) -> None:
    """Say yes to the question."""
    await page.click("#confirm-yes")
    await expect(page.locator("#confirm")).to_be_hidden()


async def opened(server: Server, visit: Visit, teacher: Person, path: str, **options: Any) -> Visitor:
    visitor = await visit(server, teacher, path=f"/teacher/homework/{path}", live=False, **options)
    visitor.expect_complaints(REFUSED)
    return visitor


@SIZES
async def test_homework_is_written_and_given(
    server: Server, visit: Visit, people: People, axe: str, options: dict[str, Any]
) -> None:
    teacher, _, class_id = await people.classroom(2)
    visitor = await visit(server, teacher, path="/teacher", **options)
    visitor.expect_complaints(REFUSED)
    page = visitor.page
    await page.click("#to-homework")
    await expect(page.locator("#new")).to_have_attribute("href", re.compile(class_id))
    await page.click("#new")
    await expect(page.locator("#assignment")).not_to_have_attribute("inert", "")
    await expect(page.locator(f"[name=class][value='{class_id}']")).to_be_checked()
    await page.click("#publish")
    await expect(page.locator("#assignment-title")).to_be_focused()
    await page.fill("#assignment-title", "一元一次方程")
    await expect(page.locator("#grade")).to_have_value("7")  # as its class has it
    await expect(page.locator("#subject")).to_have_value("数学")
    await page.select_option("#subject", "math")
    await page.click("#publish")
    await expect(page.locator("#publish-problem")).to_have_text("请先添加题目。")
    await written(page)
    await page.reload()
    await expect(page.locator(".question-card")).to_have_count(2)
    await expect(page.locator(".question-card").first.locator("[name=key]")).to_have_value("x=2")
    await expect(page.locator("#question-sum")).to_have_text("2 题，共 10 分")
    await look(visitor, axe, f"editor-{len(options)}")
    await page.click("#publish")
    await page.wait_for_url(re.compile(r"/teacher/homework/[0-9a-f]{24}$"))
    await expect(page.locator("#missing-count")).to_have_text("2")
    stored = (await teacher.call("GET", "/assignments"))["items"][0]
    assert (stored["title"], stored["state"], stored["points"]) == ("一元一次方程", "published", 10.0)


async def written(page: Page) -> None:
    """Two questions, the second with criteria and levels; saved by itself."""
    await page.click("#add-question")
    first = page.locator(".question-card").first
    await first.locator("[name=text]").fill("解方程 $2x+3=7$\n再算 2*3*4")
    await expect(first.locator("[data-preview=text] .katex")).to_be_visible()
    await expect(first.locator("[data-preview=text] .line").last).to_have_text("再算 2*3*4")  # as students see it
    await page.click("#add-question")
    second = page.locator(".question-card").nth(1)
    await second.locator("[name=text]").fill("说明理由")
    await second.locator("[name=kind]").select_option("text")
    await expect(second.locator(".only-exact")).to_be_hidden()
    await second.locator(".question-rubric > summary").click()
    for text, points in (("算出 1024", "3"), ("写出比较", "2")):
        await second.locator("[data-do=criterion]").click()
        await second.locator("[name=criterion]").last.fill(text)
        await second.locator("[name=criterion-points]").last.fill(points)
    await second.locator("[data-do=level]").last.click()
    await second.locator("[data-do=level]").last.click()
    await expect(second.locator(".criteria-sum")).to_have_text("共 5 分")
    await second.locator("[data-do=up]").click()
    await expect(page.locator(".question-title").first).to_have_text("第 1 题")
    await expect(page.locator(".question-card").first.locator("[name=text]")).to_have_value("说明理由")
    await page.locator(".question-card").first.locator("[data-do=down]").click()
    await first.locator("[name=key]").fill("x=2")
    await expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


async def test_what_was_written_survives_a_lost_server(server: Server, visit: Visit, people: People) -> None:
    teacher, _, _ = await people.classroom(0)
    visitor = await opened(server, visit, teacher, "new")
    visitor.expect_complaints("Failed to load resource")
    page = visitor.page
    await expect(page.locator("#assignment")).not_to_have_attribute("inert", "")
    await visitor.context.route("**/api/v1/assignments", lambda route: route.abort())
    await page.fill("#assignment-title", "写了一半")
    await page.select_option("#subject", "math")
    await page.select_option("#grade", "7")
    await expect(page.locator("#save-state")).to_have_attribute("data-state", "failed")
    await visitor.context.unroute("**/api/v1/assignments")
    await expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    items = (await teacher.call("GET", "/assignments"))["items"]
    assert [one["title"] for one in items] == ["写了一半"]


@SIZES
async def test_work_is_reviewed_by_keyboard(
    server: Server, visit: Visit, people: People, axe: str, options: dict[str, Any]
) -> None:
    teacher, (first, second), class_id = await people.classroom(2)
    assignment = await given(teacher, class_id, questions=QUESTIONS)
    for student in (first, second):
        await handed_in(student, assignment, "x=2", "2^10=1024，1024>1000，所以大。")
    rows = await queue(teacher, assignment)
    visitor = await opened(server, visit, teacher, assignment["id"], **options)
    page = visitor.page
    await expect(page.locator(".queue-row")).to_have_count(2)
    await expect(page.locator(".queue-row .flag").first).to_have_attribute("title", re.compile("要您来判"))
    await page.click("#review-first")
    await expect(page.locator(".review-card")).to_have_count(2)
    await expect(page.locator(".review-card").nth(1)).to_have_class(re.compile("current"))
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("k")
    await page.keyboard.press("j")
    await page.keyboard.press("7")  # more than the criterion allows
    await page.keyboard.press("3")
    await page.keyboard.press("2")
    await expect(page.locator(".review-card").nth(1).locator(".card-points")).to_have_text("5/5")
    await page.keyboard.press("c")
    await page.keyboard.type("ajr 说得清楚")  # letters of a text, and no deeds
    await page.keyboard.press("Control+Enter")
    await page.click("#history-part > summary")
    await expect(page.locator("#history li").filter(has_text="说得清楚")).to_be_visible()
    await expect(page.locator("#review-state")).to_have_text("可发还")
    await look(visitor, axe, f"review-{len(options)}")
    await page.keyboard.press("r")
    await expect(page.locator("#review-state")).to_contain_text("已发还")
    await page.keyboard.press("n")
    await page.wait_for_url(re.compile(rows[1]["submission_id"]))
    await expect(page.locator("#review-state")).to_contain_text("第 2 题")
    after = {row["submission_id"]: row for row in await queue(teacher, assignment)}
    assert [after[row["submission_id"]]["released"] for row in rows] == [True, False]
    assert after[rows[0]["submission_id"]]["points"] == 10.0


@SIZES
async def test_look_alike_answers_get_the_same_points_and_all_goes_back(
    server: Server, visit: Visit, people: People, axe: str, options: dict[str, Any]
) -> None:
    teacher, students, class_id = await people.classroom(4)
    assignment = await given(teacher, class_id, questions=QUESTIONS)
    for student, answer in zip(students, ("x=2", "x=2", "x=3", "x=5"), strict=True):
        await handed_in(student, assignment, answer, "因为 2^10 是 1024")
    visitor = await opened(server, visit, teacher, assignment["id"], **options)
    page = visitor.page
    await expect(page.locator("#overview")).not_to_have_attribute("inert", "")
    await page.locator("#release-all").click(force=True)
    await expect(page.locator(".toast")).to_contain_text("还没有可以发还的")
    await page.click("#groups-part > summary")
    await page.locator(".groups > li").nth(1).locator(".group button").first.click()
    await expect(page.locator("#group-students input")).to_have_count(4)
    await page.locator("#group-students input").last.uncheck(force=True)
    await page.locator("#group-points input").fill("2.5")
    await photograph(page, f"group-{len(options)}")
    await check(visitor, axe)
    await page.click("#group [type=submit]")
    await expect(page.locator("#count-ready")).to_have_text("3")
    await page.click("#release-all")
    await expect(page.locator("#confirm-text")).to_have_text("现在把 3 份结果发给学生；1 份留下，需要先看一看。")
    await sure(page)
    await expect(page.locator("#count-back")).to_have_text("3")
    await look(visitor, axe, f"overview-{len(options)}")
    rows = await queue(teacher, assignment)
    assert sum(row["released"] for row in rows) == 3


async def test_the_queue_is_live_and_its_table_is_saved(server: Server, visit: Visit, people: People) -> None:
    teacher, (student,), class_id = await people.classroom(1)
    assignment = await given(teacher, class_id)
    visitor = await opened(server, visit, teacher, assignment["id"])
    page = visitor.page
    await visitor.live()
    await expect(page.locator("#queue-empty")).to_be_visible()
    await handed_in(student, assignment, "x=2", "1/2")
    await expect(page.locator(".queue-row .state-chip")).to_have_text("可发还")
    await expect(page.locator(".queue-points")).to_have_text("5/10")
    await expect(page.locator("#bins .bin-count").filter(has_text="1")).to_have_count(1)
    async with page.expect_download() as download:
        await page.click("#xlsx")
    assert (await download.value).suggested_filename == "一元一次方程.xlsx"


async def test_grading_again_shows_its_cost_first(server: Server, visit: Visit, people: People) -> None:
    teacher, (student,), class_id = await people.classroom(1)
    assignment = await given(teacher, class_id)
    await handed_in(student, assignment, "x=2", "1/2")
    changed = [*assignment["questions"][:1], {**assignment["questions"][1], "key": "1/2"}]
    await teacher.call("PATCH", f"/assignments/{assignment['id']}", {"revision": 1, "questions": changed})
    page = (await opened(server, visit, teacher, assignment["id"])).page
    await expect(page.locator(".queue-points")).to_have_text("5/10")
    await page.click("#regrade")
    await expect(page.locator("#confirm-text")).to_have_text("共 1 份、2 道题，全部由计算判定，不需要请求 AI。")
    await sure(page)
    await expect(page.locator(".queue-points")).to_have_text("10/10")


@SIZES
async def test_photos_are_shown_large_and_small(
    server: Server, visit: Visit, people: People, axe: str, options: dict[str, Any]
) -> None:
    teacher, (student,), class_id = await people.classroom(1)
    assignment = await given(teacher, class_id)
    file = await student.send_file(a_photo((600, 800)))
    submission_id = await handed_in(student, assignment, file_ids=[file["id"]])
    visitor = await opened(server, visit, teacher, f"{assignment['id']}/submissions/{submission_id}", **options)
    page = visitor.page
    picture = page.locator(".sheet img")
    await expect(picture).to_have_attribute("src", re.compile("^blob:"))
    before = (await picture.bounding_box() or {"width": 0})["width"]
    await page.keyboard.press("+")
    await expect(page.locator("#zoom-size")).to_have_text("150%")
    assert (await picture.bounding_box() or {"width": 0})["width"] > before * 1.4
    await look(visitor, axe, f"photos-{len(options)}")


async def test_an_appeal_is_answered_live(server: Server, visit: Visit, people: People, axe: str) -> None:
    teacher, (student,), class_id = await people.classroom(1)
    assignment = await given(teacher, class_id)
    submission_id = await handed_in(student, assignment, "x=2", "1/2")
    await teacher.call("POST", f"/submissions/{submission_id}/release", {})
    visitor = await opened(server, visit, teacher, f"{assignment['id']}/submissions/{submission_id}")
    page = visitor.page
    await visitor.live()
    about = {"submission_id": submission_id, "question_id": "q2"}
    socket = await student.connect()
    await socket.ask("appeal.open", **about)
    await socket.ask("appeal.send", **about, client_id=a_client_id(), text="我觉得 1/2 也对")
    await expect(page.locator(".appeal-messages")).to_contain_text("我觉得 1/2 也对")
    await page.locator("[name=appeal]").fill("再看看通分那一步")
    await page.locator(".appeal [type=submit]").click()
    await expect(page.locator(".appeal-messages li")).to_have_count(2)
    heard = await socket.until("appeal.added", 2)
    assert heard["message"]["text"] == "再看看通分那一步"
    await look(visitor, axe, "appeal")
    await page.locator("[data-do=settle]").click()
    await expect(page.locator(".appeal form")).to_be_hidden()
    await socket.until("appeal.settled")


async def test_a_template_is_kept_and_used(server: Server, visit: Visit, people: People, axe: str) -> None:
    teacher, _, class_id = await people.classroom(0)
    assignment = await drafted(teacher, class_ids=[class_id], questions=QUESTIONS)
    visitor = await opened(server, visit, teacher, f"{assignment['id']}/edit")
    page = visitor.page
    await page.click("#more-actions > summary")
    await page.click("#as-template")
    await expect(page.locator(".toast")).to_contain_text("已存为模板")
    await page.click("#home")
    await page.locator("[name=kind][value=templates]").check(force=True)
    await expect(page.locator(".assignment-row")).to_have_count(1)
    await look(visitor, axe, "templates")
    await page.locator(".assignment-row button").click()
    await page.wait_for_url("**/edit")
    await expect(page.locator(".question-card")).to_have_count(2)


async def test_a_sheet_comes_with_it(server: Server, visit: Visit, people: People, tmp_path: Path) -> None:
    teacher, _, class_id = await people.classroom(0)
    assignment = await drafted(teacher, class_ids=[class_id])
    sheet = tmp_path / "练习.jpg"
    sheet.write_bytes(a_photo())
    page = (await opened(server, visit, teacher, f"{assignment['id']}/edit")).page
    await expect(page.locator("#assignment")).not_to_have_attribute("inert", "")
    await page.set_input_files("#file", sheet)
    await expect(page.locator(".attachment-picture")).to_have_attribute("src", re.compile("^blob:"))
    await expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    stored = (await teacher.call("GET", f"/assignments/{assignment['id']}"))["assignment"]
    assert len(stored["files"]) == 1
    assert await fits(page)
