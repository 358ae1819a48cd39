"""Signing up, in and out, in both languages."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.factories import PASSWORD, People, Server, a_registration
from tutor.core.caller import Language
from tutor.core.words import Words
from tutor.settings import ROOT

STRANGER = "status of 401"  # a stranger's page asks once who it is


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh"), ("en-GB", "en")])
async def test_a_student_signs_up_in_her_language_and_stands_before_her_first_question(
    server: Server, visit: Visit, locale: str, language: Language
) -> None:
    words = Words(ROOT / "web/locales")
    body = a_registration()
    visitor = await visit(server, path="/sign-up", locale=locale)
    page = visitor.page
    await expect(page.get_by_role("heading", level=1)).to_have_text(words.gettext(language, "Create an account"))
    for field in ("display_name", "username", "email", "password"):
        await page.fill(f"#{field}", body[field])
    await page.get_by_role("radio", name="7", exact=True).check(force=True)
    await page.get_by_role("button", name=words.gettext(language, "Create my account")).click()
    await page.wait_for_url("**/chat")
    await visitor.live()
    await expect(page.locator("#welcome-title")).to_have_text(
        words.gettext(language, "What do you want to understand today?")
    )
    await expect(page.locator("#me")).to_have_text(body["display_name"])


async def test_a_person_signs_in_stays_signed_in_and_signs_out(server: Server, visit: Visit, people: People) -> None:
    student = await people.student()
    visitor = await visit(server, path="/")
    visitor.expect_complaints(STRANGER)
    page = visitor.page
    await page.wait_for_url("**/sign-in?*")
    await page.fill("#username", student.user["email"])
    await page.fill("#password", "not the password")
    await page.keyboard.press("Enter")
    await expect(page.locator(".summary")).to_be_visible()
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/chat")
    await visitor.live()
    await page.reload()
    await visitor.live()
    await page.click("a[href='/account']")
    await page.click("#leave")
    await page.wait_for_url("**/sign-in")
    await page.goto("/chat")
    await page.wait_for_url("**/sign-in?*")


async def test_a_missing_grade_is_named_and_focus_goes_to_the_summary(server: Server, visit: Visit) -> None:
    visitor = await visit(server, path="/sign-up")
    page = visitor.page
    for field in ("display_name", "username", "email", "password"):
        await page.fill(f"#{field}", a_registration()[field])
    await page.click("form#sign-up button[type=submit]")
    await expect(page.locator(".summary")).to_be_focused()
    await expect(page.locator("#grade-problem")).to_be_visible()


async def test_the_language_switch_turns_the_page_and_is_remembered(server: Server, visit: Visit) -> None:
    visitor = await visit(server, path="/sign-in")
    page = visitor.page
    await expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.goto("/sign-up")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Create an account")


async def test_a_teacher_comes_to_her_desk_and_a_student_is_sent_to_the_chat(
    server: Server, visit: Visit, people: People
) -> None:
    teacher, [student], _ = await people.classroom()
    desk = await visit(server, teacher, path="/chat")
    await desk.page.wait_for_url("**/teacher")
    await expect(desk.page.locator("#class-code")).not_to_be_empty()
    chat = await visit(server, student, path="/teacher")
    await chat.page.wait_for_url("**/chat")
