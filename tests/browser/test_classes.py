"""A teacher looks after her class: its name and rules, its code, its list, its people; what she says to all of it, and
why she looks in."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE, Visitor, check, fits, photograph
from tests.factories import People, Person, Server, a_client_id
from tests.records.conftest import a_lesson

pytestmark = pytest.mark.timeout(120)

REFUSED = "responded with a status of 4"  # the browser tells of every refusal
SIZES = pytest.mark.parametrize("options", [{}, {**PHONE, "locale": "en-GB"}], ids=["desk", "phone"])
ROSTER = "用户名,姓名,年级\n{0}a,小红,七\n{0}b,,七\n{0}a,小红,七\n{0}c,小刚,十三\n"


async def managed(server: Server, visit: Visit, teacher: Person, class_id: str, **options: Any) -> Visitor:
    """The page of a class, as its teacher."""
    visitor = await visit(server, teacher, path=f"/teacher/classes/{class_id}", live=False, **options)
    visitor.expect_complaints(REFUSED)
    await expect(visitor.page.locator("#class-parts")).not_to_have_attribute("inert", "")
    return visitor


async def sure(page: Page) -> None:
    """Say yes to the question."""
    await page.click("#confirm-yes")
    await expect(page.locator("#confirm")).to_be_hidden()


@SIZES
async def test_a_class_is_renamed_and_its_tutor_bound(
    server: Server, visit: Visit, people: People, options: dict[str, Any]
) -> None:
    teacher, _, class_id = await people.classroom(2)
    desk = await visit(server, teacher, path="/teacher", **options)
    desk.expect_complaints(REFUSED)
    page = desk.page
    await page.click("#manage")
    await page.wait_for_url(f"**/teacher/classes/{class_id}")
    await expect(page.locator("#class-parts")).not_to_have_attribute("inert", "")
    await page.fill("#name", "")
    await page.click("#class-form [type=submit]")
    await expect(page.locator("#name-problem")).to_be_visible()
    await page.fill("#name", "七年级二班")
    await page.click("#class-form [type=submit]")
    await expect(page.locator("#class-name")).to_have_text("七年级二班")
    for mode in ("guide", "explain"):
        await page.locator(f"[name=modes][value={mode}]").uncheck(force=True)
    await page.click("#policy [type=submit]")
    await expect(page.locator("#modes-problem")).to_be_visible()
    await page.locator("[name=modes][value=guide]").check(force=True)
    await page.locator("[name=hint_cap][value='3']").check()
    await page.check("#exam")
    await page.check("#limited")
    await page.fill("#to", "00:00")
    await page.fill("#daily_replies", "99999")
    await page.click("#policy [type=submit]")
    await expect(page.locator("#daily_replies-problem")).to_be_visible()
    await page.fill("#daily_replies", "20")
    await page.select_option("#zone", "Asia/Shanghai")
    async with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await page.click("#policy [type=submit]")
    await expect(page.locator("#policy-title ~ .summary")).to_be_hidden()
    assert await fits(page)
    await photograph(page, f"class-{len(options)}")
    policy = (await teacher.call("GET", f"/classes/{class_id}"))["class"]["policy"]
    assert policy == {
        "modes": ["guide"],
        "hint_cap": 3,
        "exam": True,
        "hours": {"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "24:00", "zone": "Asia/Shanghai"},
        "daily_replies": 20,
    }


async def test_an_archived_class_stands_apart_and_comes_back(server: Server, visit: Visit, people: People) -> None:
    teacher, _, class_id = await people.classroom(0)
    page = (await managed(server, visit, teacher, class_id)).page
    await page.click("#archive-class")
    await sure(page)
    await expect(page.locator("#archived-note")).to_be_visible()
    await expect(page.locator("#code-part")).to_be_hidden()
    await page.click("#home")
    await expect(page.locator("#archived-classes > li")).to_be_visible()
    await expect(page.locator("#class-archived")).to_be_visible()
    await page.click("#manage")
    await page.click("#archive-class")
    await expect(page.locator("#archived-note")).to_be_hidden()


async def test_a_new_code_is_good_for_some_days(server: Server, visit: Visit, people: People) -> None:
    teacher, _, class_id = await people.classroom(0)
    page = (await managed(server, visit, teacher, class_id)).page
    before = await page.locator("#class-code").text_content() or ""
    await page.fill("#days", "400")
    await page.click("#rotate [type=submit]")
    await sure(page)
    await expect(page.locator("#days-problem")).to_have_text("这个数太大了。")
    await page.fill("#days", "7")
    await page.click("#rotate [type=submit]")
    await sure(page)
    await expect(page.locator("#class-code")).not_to_have_text(before)
    await expect(page.locator("#code-until")).to_contain_text("有效")
    await page.click("#show-code")
    await expect(page.locator("#big-code-text")).to_have_text(await page.locator("#class-code").text_content() or "")


@SIZES
async def test_a_list_makes_accounts_and_says_which_lines_it_refused(
    server: Server, visit: Visit, people: People, tmp_path: Path, options: dict[str, Any]
) -> None:
    teacher, _, class_id = await people.classroom(0)
    page = (await managed(server, visit, teacher, class_id, **options)).page
    await page.fill("#csv", "no header")
    await page.click("#roster [type=submit]")
    await expect(page.locator("#csv-problem")).to_be_visible()
    file = tmp_path / "名单.csv"
    file.write_bytes(ROSTER.format(a_client_id()[:8]).encode("gb18030"))
    await page.set_input_files("#roster-file", file)
    await expect(page.locator("#csv")).to_have_value(file.read_text("gb18030"))
    await page.click("#roster [type=submit]")
    rows = page.locator("#slip tbody tr")
    await expect(rows).to_have_count(1)
    name, username, password = await rows.locator("td").all_text_contents()
    await photograph(page, f"class-accounts-{len(options)}")
    await page.keyboard.press("Escape")
    await expect(page.locator("#refused-list > li")).to_have_count(3)
    await expect(page.locator("#members .person-name")).to_have_text([name])
    assert (await people.sign_in(username, password)).user["display_name"] == name == "小红"
    assert await fits(page)
    await photograph(page, f"class-refused-{len(options)}")


async def test_students_are_moved_and_removed(server: Server, visit: Visit, people: People) -> None:
    teacher, _, class_id = await people.classroom(2)
    other = (await teacher.call("POST", "/classes", {"name": "八年级三班"}))["class"]["id"]
    page = (await managed(server, visit, teacher, class_id)).page
    lines = page.locator("#members > li")
    await expect(lines).to_have_count(2)
    await lines.first.locator(".person-more").click()
    await photograph(page, "class-menu")
    await page.click("#menu [data-do=move]")
    await page.select_option("#move-class", other)
    await page.click("#move-dialog [type=submit]")
    await expect(lines).to_have_count(1)
    assert len((await teacher.call("GET", f"/classes/{other}"))["students"]) == 1
    await lines.first.locator(".person-more").click()
    await page.click("#menu [data-do=remove]")
    await photograph(page, "class-sure")
    await sure(page)
    await expect(page.locator("#members-empty")).to_be_visible()


@SIZES
async def test_a_guardian_is_invited_listed_and_ended(
    server: Server, visit: Visit, people: People, options: dict[str, Any]
) -> None:
    teacher, [student], class_id = await people.classroom()
    await people.guardian(teacher, class_id, student, display_name="小明的妈妈")
    page = (await managed(server, visit, teacher, class_id, **options)).page
    await page.click("#members .person-more")
    await page.click("#menu [data-do=guardians]")
    await expect(page.locator("#guardian-list > li")).to_contain_text("小明的妈妈")
    await photograph(page, f"class-guardians-{len(options)}")
    await page.click("#guardian-list button")
    await sure(page)
    await expect(page.locator("#guardians-empty")).to_be_visible()
    await page.click("#guardian-code")
    code = await page.locator(".slip-code").text_content()
    await photograph(page, f"class-guardian-code-{len(options)}")
    parent = await people.register(display_name="爸爸", grade=None, guardian_code=code)
    assert [ward["student_id"] for ward in (await parent.call("GET", "/wards"))["items"]] == [student.id]


async def test_colleagues_are_added_and_removed(server: Server, visit: Visit, people: People) -> None:
    school = await people.school()
    teacher, _, class_id = await people.classroom(0, school=school)
    colleague = await people.teacher(school=school, display_name="李老师")
    page = (await managed(server, visit, teacher, class_id)).page
    await page.fill("#username", "nobody-here")
    await page.click("#add-teacher [type=submit]")
    await expect(page.locator("#username-problem")).to_be_visible()
    await page.fill("#username", colleague.user["username"])
    await page.click("#add-teacher [type=submit]")
    names = page.locator("#teachers .person-name")
    await expect(names).to_have_text(["王老师", "李老师"])
    await page.locator("#teachers button").nth(1).click()
    await sure(page)
    await expect(names).to_have_text(["王老师"])


@SIZES
async def test_she_says_something_to_all_and_sees_who_has_read_it(
    server: Server, visit: Visit, people: People, options: dict[str, Any]
) -> None:
    teacher, [student], _ = await people.classroom()
    page = (await visit(server, teacher, path="/teacher", **options)).page
    await page.click("#say summary")
    await page.fill(".broadcaster-box", "明天带尺子和圆规")
    await page.click(".broadcaster [type=submit]")
    sent = page.locator(".broadcaster-list > li")
    await expect(sent).to_contain_text("明天带尺子和圆规")
    await expect(sent.locator("small")).to_contain_text("0")
    socket = await student.connect()
    (broadcast,) = (await student.call("GET", "/broadcasts"))["items"]
    await socket.ask("broadcast.read", broadcast_id=broadcast["id"])
    await expect(sent.locator("small")).not_to_contain_text("0")
    assert await fits(page)
    await photograph(page, f"board-say-{len(options)}")


@SIZES
async def test_she_may_say_why_she_looks_in(
    server: Server, visit: Visit, people: People, options: dict[str, Any]
) -> None:
    lesson = await a_lesson(people, "解方程 2x+3=11")
    page = (await visit(server, lesson.teacher, path=f"/teacher/rooms/{lesson.id}", **options)).page
    await expect(page.locator("#why")).to_be_visible()
    await photograph(page, f"room-why-{len(options)}")
    await page.fill("#why-box", "看看作业")
    await page.keyboard.press("Enter")
    await expect(page.locator("#why")).to_be_hidden()
    await expect(page.locator("#why-said")).to_contain_text("看看作业")
    await page.click("#leave-room")
    await expect(page.locator("#room")).to_be_hidden()
    (read,) = await lesson.reads()
    assert read["why"] == "看看作业"
    await page.go_back()
    await expect(page.locator("#why-said")).to_contain_text("看看作业")
    await lesson.room.socket.ask("conversation.open", conversation_id=lesson.id)
    await expect(page.locator("#why-said")).to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_here(
    server: Server, visit: Visit, axe: str, people: People, scheme: str
) -> None:
    lesson = await a_lesson(people)
    class_id = (await lesson.teacher.call("GET", "/classes"))["items"][0]["id"]
    visitor = await managed(server, visit, lesson.teacher, class_id, color_scheme=scheme)
    page = visitor.page
    await page.check("#limited")
    await page.fill("#csv", "用户名,姓名,年级\n???,小红,七\n")
    await page.click("#roster [type=submit]")
    await expect(page.locator("#refused")).to_be_visible()
    await check(visitor, axe)
    await photograph(page, f"class-axe-{scheme}")
    await page.click("#members .person-more")
    await page.click("#menu [data-do=guardians]")
    await expect(page.locator("#guardians")).to_be_visible()
    await check(visitor, axe)
    await page.goto(f"/teacher/rooms/{lesson.id}")
    await expect(page.locator("#why")).to_be_visible()
    await check(visitor, axe)
    await page.click("#leave-room")
    await page.click("#say summary")
    await expect(page.locator(".broadcaster")).to_be_visible()
    await check(visitor, axe)
