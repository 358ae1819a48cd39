"""What tests of lessons share: a student who has asked, a teacher who looks in, and what both do there."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor, photograph
from tests.factories import Person, Server

OWN = "先移项，再合并同类项。你试试看？"


@dataclass(frozen=True)
class Lesson:
    """A student who has asked, and the teacher who looks in."""

    desk: Visitor
    pupil: Visitor

    @property
    def path(self) -> str:
        return f"/teacher/rooms/{self.pupil.room}"

    async def both(self, name: str) -> None:
        await photograph(self.desk.page, f"{name}-teacher")
        await photograph(self.pupil.page, f"{name}-student")


async def a_lesson(server: Server, visit: Visit, teacher: Person, student: Person, **options: object) -> Lesson:
    pupil = await visit(server, student, **options)
    await pupil.ask("2x + 3 = 11 怎么解？")
    await expect(pupil.answers).to_have_count(1)
    desk = await visit(server, teacher, path=f"/teacher/rooms/{pupil.room}", **options)
    await expect(desk.answers).to_have_count(1)
    return Lesson(desk, pupil)


def floor(page: Page) -> Locator:
    """The line that says who answers."""
    return page.locator("#floor")


async def step_in(desk: Page, control: str) -> None:
    """Press one of a teacher's controls, which fold up on phones."""
    toggle = desk.locator("#staff-toggle")
    if await toggle.is_visible() and await toggle.get_attribute("aria-expanded") == "false":
        await toggle.click()
    await desk.click(control)


async def raise_hand(pupil: Page, line: str, place: int) -> None:
    """Raise a hand, with a line or "", and wait until it has this place in the queue."""
    await pupil.click("#hand")
    await pupil.fill("#hand-reason", line)
    await pupil.keyboard.press("Enter")
    await hand_at(pupil, place)


async def hand_at(pupil: Page, place: int) -> None:
    await expect(pupil.locator("#hand-text")).to_have_text(f"已举手，排在第 {place} 位")


async def whisper(desk: Page, text: str) -> None:
    """Whisper to the tutor, for the whole lesson."""
    await step_in(desk, "#whisper-open")
    await desk.fill("#whisper-box", text)
    await desk.locator("#whispers .segments label").nth(1).click()
    await desk.locator("#whisper-box").press("Enter")
    await expect(desk.locator("#whisper-list li")).to_contain_text(text)


async def edit(draft: Locator, text: str) -> None:
    """Change a draft; it is not sent yet."""
    await draft.locator("[data-do=edit]").click()
    await draft.locator(".draft-text").fill(text)


async def reject(draft: Locator, why: str) -> None:
    """Do not send a draft, for a reason or ""."""
    await draft.locator("[data-do=reject]").click()
    await draft.locator(".draft-why").fill(why)
    await draft.locator(".draft-why").press("Enter")
