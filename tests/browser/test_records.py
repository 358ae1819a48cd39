"""What is kept of a lesson, as people see it: who read along, the lesson again, and what a teacher told a class."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE, check, fits
from tests.factories import People, Server, a_client_id
from tests.records.conftest import Lesson, a_lesson


@pytest.fixture
async def lesson(people: People) -> Lesson:
    return await a_lesson(people, "解方程 2x+3=11")


async def test_a_student_sees_on_a_phone_who_read_along(server: Server, visit: Visit, lesson: Lesson) -> None:
    await lesson.look(why="看看作业")
    visitor = await visit(server, lesson.student, **PHONE)
    page = visitor.page
    await page.goto("/account")
    await page.click("#reads-card a")
    row = page.locator("#reads .read")
    await expect(row).to_have_count(1)
    for text in ("王老师", "老师", "解方程 2x+3=11", "看看作业"):
        await expect(row).to_contain_text(text)
    assert await fits(page)
    async with page.expect_download() as saved:
        await page.click("#download")
    file = await saved.value
    assert file.suggested_filename == "reads.csv"
    content = await asyncio.to_thread(Path(await file.path()).read_bytes)
    assert content.startswith(b"\xef\xbb\xbfat,until,reader")
    await row.locator("a").click()
    await page.wait_for_url(f"**/chat/{lesson.id}")


async def test_an_empty_log_says_so(server: Server, visit: Visit, people: People) -> None:
    visitor = await visit(server, await people.student())
    await visitor.page.goto("/reads")
    await expect(visitor.page.locator("#reads-empty")).to_be_visible()
    await expect(visitor.page.locator("#download")).to_be_hidden()


async def test_a_lesson_is_played_again_by_keyboard(server: Server, visit: Visit, lesson: Lesson) -> None:
    await lesson.desk.ask("whisper.add", conversation_id=lesson.id, client_id=a_client_id(), text="别给第三步")
    text = "".join(message["text"] for message in await lesson.room.messages() if message["author"]["kind"] == "tutor")
    visitor = await visit(server, lesson.teacher, path="/teacher")
    page = visitor.page
    await page.goto(f"/teacher/rooms/{lesson.id}/replay")
    await expect(visitor.said).to_have_text(["小明解方程 2x+3=11"])
    await page.keyboard.press("Space")  # the answer begins with the question or a moment later
    await expect(page.locator("#play use[href='#i-pause']")).to_be_attached()
    answer = await visitor.answered()
    assert await answer.get_attribute("data-length") == str(len(text))
    await expect(page.locator(".whisper")).to_contain_text("别给第三步")
    await expect(page.locator("#play use[href='#i-play']")).to_be_attached()  # it has come to its end
    for _ in range(3):
        await page.keyboard.press("Shift+ArrowLeft")
    await expect(page.locator(".whisper")).to_have_count(0)
    await expect(page.locator("#scrubber")).to_have_js_property("value", "0")
    await page.keyboard.press("ArrowRight")
    await expect(visitor.answers.first).to_have_attribute("data-length", str(len(text)))
    await page.set_viewport_size(PHONE["viewport"])  # type: ignore[arg-type]  # its own kind of dictionary
    assert await fits(page)


async def test_what_a_teacher_says_lies_over_the_chat_until_it_is_read(
    server: Server, visit: Visit, people: People
) -> None:
    teacher, (student,), class_id = await people.classroom()
    desk = await teacher.connect()
    said = {"class_id": class_id, "text": "明天带尺子\n和圆规"}
    await desk.ask("broadcast.send", **said, client_id=a_client_id())
    visitor = await visit(server, student, **PHONE)
    second = await visitor.another("/chat")
    for page in (visitor.page, second):
        await expect(page.locator(".broadcast")).to_have_count(1)
    await desk.ask("broadcast.send", **said | {"text": "现在开始做第二题"}, client_id=a_client_id())
    cards = visitor.page.locator(".broadcast")
    await expect(cards).to_have_count(2)
    await expect(cards.first).to_contain_text("现在开始做第二题")
    assert await fits(visitor.page)
    await cards.first.locator("button").click()
    for page in (visitor.page, second):
        await expect(page.locator(".broadcast")).to_have_count(1)
        await expect(page.locator(".broadcast")).to_contain_text("明天带尺子")
    await visitor.page.reload()
    await expect(cards).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_here(
    server: Server, visit: Visit, axe: str, lesson: Lesson, scheme: str
) -> None:
    await lesson.look(why="看看作业")
    class_id = (await lesson.teacher.call("GET", "/classes"))["items"][0]["id"]
    await lesson.desk.ask("broadcast.send", class_id=class_id, client_id=a_client_id(), text="明天带尺子")
    pupil = await visit(server, lesson.student, color_scheme=scheme)
    await expect(pupil.page.locator(".broadcast")).to_have_count(1)
    await check(pupil, axe)
    await pupil.page.goto("/reads")
    await expect(pupil.page.locator("#reads .read")).to_have_count(1)
    await check(pupil, axe)
    teacher = await visit(server, lesson.teacher, path="/teacher", color_scheme=scheme)
    await teacher.page.goto(f"/teacher/rooms/{lesson.id}/replay")
    await expect(teacher.said).to_have_count(1)
    await check(teacher, axe)
