"""Those who are neither student nor teacher: a guardian who reads along, a school's admin, an operator."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE, check, fits, photograph
from tests.factories import People, Server, a_registration
from tests.records.conftest import a_lesson

pytestmark = pytest.mark.timeout(120)

SIZES = pytest.mark.parametrize("options", [{}, {**PHONE, "locale": "en-GB"}], ids=["desk", "phone"])
REFUSED = "responded with a status of 4"  # the browser tells of every refusal


async def test_a_guardian_signs_up_with_a_code_and_finds_the_child(
    server: Server, visit: Visit, people: People
) -> None:
    teacher, [student], class_id = await people.classroom()
    code = (await teacher.call("POST", f"/classes/{class_id}/students/{student.id}/guardian-code", {}))["code"]
    visitor = await visit(server, path="/sign-up", **PHONE)
    page, body = visitor.page, a_registration(display_name="小明的妈妈")
    visitor.expect_complaints(REFUSED)
    for field in ("display_name", "username", "email", "password"):
        await page.fill(f"#{field}", body[field])
    await page.click("details.fold >> nth=1 >> summary")
    await page.fill("#guardian_code", "not-a-code-at-all")
    await page.click("#sign-up [type=submit]")
    await expect(page.locator("#guardian_code-problem")).to_be_visible()
    await photograph(page, "sign-up-guardian")
    await page.fill("#guardian_code", code)
    await page.click("#sign-up [type=submit]")
    await page.wait_for_url("**/family")
    await expect(page.locator("#wards .person-name")).to_have_text(["小明"])
    await expect(page.locator(".ward-empty")).to_be_visible()
    assert await fits(page)


@SIZES
async def test_a_guardian_reads_along_and_does_nothing_else(
    server: Server, visit: Visit, people: People, options: dict[str, Any]
) -> None:
    lesson = await a_lesson(people, "解方程 2x+3=11")
    class_id = (await lesson.teacher.call("GET", "/classes"))["items"][0]["id"]
    parent = await people.guardian(lesson.teacher, class_id, lesson.student, display_name="小明的妈妈")
    pupil = await visit(server, lesson.student, path=f"/chat/{lesson.id}")
    visitor = await visit(server, parent, path="/family", live=False, **options)
    page = visitor.page
    await expect(page.locator(".lesson")).to_have_count(1)
    await photograph(page, f"family-{len(options)}")
    assert await fits(page)
    await page.click(".lesson")
    await visitor.live()
    await expect(visitor.said).to_have_count(1)
    await expect(page.locator("#reading")).to_be_visible()
    await expect(page.locator("main :is(button, textarea, input):visible")).to_have_count(0)
    await photograph(page, f"family-room-{len(options)}")
    assert await fits(page)
    await expect(pupil.page.locator("#present .chip")).to_contain_text("小明的妈妈")
    await pupil.ask("1+1=?")
    await expect(visitor.answers).to_have_count(2)
    await visitor.answered(1)
    path = f"/classes/{class_id}/students/{lesson.student.id}/guardians/{parent.id}"
    await lesson.teacher.call("DELETE", path)
    await expect(visitor.said).to_have_count(0)


async def test_a_guardian_adds_a_child_and_stops_reading_along(server: Server, visit: Visit, people: People) -> None:
    teacher, [ming, hong], class_id = await people.classroom(2)
    parent = await people.guardian(teacher, class_id, ming)
    code = (await teacher.call("POST", f"/classes/{class_id}/students/{hong.id}/guardian-code", {}))["code"]
    visitor = await visit(server, parent, path="/family", live=False)
    visitor.expect_complaints(REFUSED)
    page = visitor.page
    await page.click("#add")
    await page.fill("#code", "AAAA-BBBB-CCCC")
    await page.click("#add-dialog [type=submit]")
    await expect(page.locator("#code-problem")).to_be_visible()
    await photograph(page, "family-add")
    await page.fill("#code", code)
    await page.click("#add-dialog [type=submit]")
    cards = page.locator("#wards > li")
    await expect(cards).to_have_count(2)
    for left in (1, 0):
        await cards.first.locator(".ward-end").click()
        await page.click("#confirm-yes")
        await expect(cards).to_have_count(left)
    await expect(page.locator("#no-wards")).to_be_visible()


@SIZES
async def test_an_admin_sees_the_school_and_invites_a_teacher(
    server: Server, visit: Visit, people: People, options: dict[str, Any]
) -> None:
    school = await people.school()
    lesson = await a_lesson(people, school=school)
    await lesson.look(why="看看作业")
    admin = await people.appointed("admin", school)
    visitor = await visit(server, admin, live=False, **options)
    page = visitor.page
    await page.wait_for_url("**/school")
    await expect(page.locator("#school-name")).to_have_text("实验中学")
    await expect(page.locator("#classes > li")).to_have_count(1)
    await expect(page.locator("#people > li")).not_to_have_count(0)
    await photograph(page, f"school-{len(options)}")
    assert await fits(page)
    await page.locator("[name=role][value=student]").check(force=True)
    await expect(page.locator("#people > li")).to_have_count(1)
    await page.click("#invite")
    code = await page.locator(".slip-code").text_content()
    assert (await people.register(grade=None, invitation=code)).user["role"] == "teacher"
    await page.keyboard.press("Escape")
    await page.click("#classes .lesson")
    await expect(page.locator("#class-parts")).not_to_have_attribute("inert", "")
    await page.click("#home")
    await page.click("#people .button")
    await expect(page.locator("#reads .read")).to_contain_text("看看作业")
    await page.click("#home")
    await page.wait_for_url("**/school")


@SIZES
async def test_an_operator_founds_a_school_and_invites_its_admin(
    server: Server, visit: Visit, people: People, options: dict[str, Any]
) -> None:
    visitor = await visit(server, await people.appointed("operator"), live=False, **options)
    page = visitor.page
    await page.wait_for_url("**/schools")
    await page.fill("#name", "希望小学")
    await page.click("#create-school [type=submit]")
    school = page.locator("#schools > li").filter(has_text="希望小学").last
    await expect(school).to_be_visible()
    await school.locator("button").click()
    code = await page.locator(".slip-code").text_content()
    await photograph(page, f"schools-{len(options)}")
    assert await fits(page)
    assert (await people.register(grade=None, invitation=code)).user["role"] == "admin"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_here(
    server: Server, visit: Visit, axe: str, people: People, scheme: str
) -> None:
    school = await people.school()
    lesson = await a_lesson(people, school=school)
    class_id = (await lesson.teacher.call("GET", "/classes"))["items"][0]["id"]
    parent = await people.guardian(lesson.teacher, class_id, lesson.student)
    family = await visit(server, parent, path="/family", live=False, color_scheme=scheme)
    await expect(family.page.locator(".lesson")).to_have_count(1)
    await check(family, axe)
    await photograph(family.page, f"family-{scheme}")
    await family.page.click(".lesson")
    await expect(family.said).to_have_count(1)
    await check(family, axe)
    admin = await visit(
        server, await people.appointed("admin", school), path="/school", live=False, color_scheme=scheme
    )
    await expect(admin.page.locator("#people > li")).not_to_have_count(0)
    await check(admin, axe)
    await admin.page.click("#invite")
    await expect(admin.page.locator("#slip")).to_be_visible()
    await check(admin, axe)
    operator = await visit(server, await people.appointed("operator"), path="/schools", live=False, color_scheme=scheme)
    await expect(operator.page.locator("#schools > li").first).to_be_visible()
    await check(operator, axe)
