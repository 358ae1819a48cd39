"""Every page is rendered as a browser gets it, in both languages, and held to what scripts and screen readers need."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tutor.core.pages import render, setup_pages
from tutor.core.words import LANGUAGES, Words

TEMPLATES = Path("web/templates")
PARTS = {"base.html", "parts.html", "icons.html", "staff.html", "words.html", "homework/student_parts.html"}
PAGES = sorted({str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html")} - PARTS)
SCRIPTS = Path("web/client/src")
ENTRY = re.compile(r'assets\.tags\("([^"]+)"\)')
PAGE_OF_SCRIPT = {
    "chat": "chat/student.html",
    "teacher": "chat/teacher.html",
    "account": "accounts/account.html",
    "reads": "records/reads.html",
    "replay": "records/replay.html",
    "classpage": "classes/manage.html",
    "classform": "classes/manage.html",
    "classcode": "classes/manage.html",
    "codecard": "classes/manage.html",
    "policyform": "classes/manage.html",
    "enrolling": "classes/manage.html",
    "members": "classes/manage.html",
    "guardians": "classes/manage.html",
    "teachers": "classes/manage.html",
    "confirm": "classes/manage.html",
    "slip": "accounts/schools.html",
    "schools": "accounts/schools.html",
    "school": "accounts/school.html",
    "peoplelist": "accounts/school.html",
    "family": "chat/family.html",
    "familyroom": "chat/family_room.html",
    "codedialog": "chat/family.html",
    "desk": "chat/teacher.html",
    "say": "chat/teacher.html",
    "why": "chat/teacher.html",
    "hand": "chat/student.html",
    "people": "chat/student.html",
    "staffroom": "chat/teacher.html",
    "whispers": "chat/teacher.html",
    "handsup": "chat/teacher.html",
    "assignmentlist": "homework/assignments.html",
    "assignmentdraft": "homework/editor.html",
    "assignmenteditor": "homework/editor.html",
    "assignmentfields": "homework/editor.html",
    "questioncards": "homework/editor.html",
    "questioncard": "homework/editor.html",
    "audience": "homework/editor.html",
    "attachments": "homework/editor.html",
    "assignmentpage": "homework/assignment.html",
    "handedin": "homework/assignment.html",
    "statscharts": "homework/assignment.html",
    "lookalikes": "homework/assignment.html",
    "similarpairs": "homework/assignment.html",
    "reviewpage": "homework/review.html",
    "rubricpane": "homework/review.html",
    "reviewcard": "homework/review.html",
    "reviewhistory": "homework/review.html",
    "workpane": "homework/review.html",
    "tasks": "homework/student_tasks.html",
    "task": "homework/student_task.html",
    "workform": "homework/student_task.html",
    "shots": "homework/student_task.html",
    "ownwork": "homework/student_own.html",
    "result": "homework/student_result.html",
    "figures": "homework/student_result.html",
}

Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True)
class Page:
    """Everything that any page asks for."""

    conversation_id: str | None = None
    sentence: str = "?"


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    static = tmp_path_factory.mktemp("static")
    (static / "dist").mkdir()
    entries = {entry for page in PAGES for entry in ENTRY.findall((TEMPLATES / page).read_text(encoding="utf-8"))}
    (static / "dist/manifest.json").write_text(json.dumps({entry: {"file": "x.js"} for entry in entries}))

    async def page(request: web.Request) -> web.Response:
        return await render(request, request.match_info["name"], Page())

    app = web.Application()
    setup_pages(app, Words(Path("web/locales")), TEMPLATES, static)
    app.router.add_get("/{name:.+}", page)
    async with TestClient(TestServer(app)) as client:
        yield client


async def page_of(client: Client, name: str, language: str) -> str:
    async with client.get(f"/{name}", params={"lang": language}) as response:
        assert response.status == 200
        return await response.text()


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_changes_its_language_from_one_request_to_the_next(client: Client, name: str) -> None:
    first, second, third = [await page_of(client, name, language) for language in ("zh", "en", "zh")]
    assert re.findall(r'<html lang="([^"]+)"', first + second + third) == ["zh-Hans", "en", "zh-Hans"]
    assert first == third
    assert '"sending":"正在发送…"' in first
    assert '"sending":"Sending…"' in second


@pytest.mark.parametrize("name", PAGES)
async def test_an_english_page_holds_no_chinese_but_the_name_of_the_language(client: Client, name: str) -> None:
    text = (await page_of(client, name, "en")).replace("中文", "")
    assert re.findall(r"[\u4e00-\u9fff]+", text) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
async def test_no_id_is_given_twice_and_labels_point_at_fields(client: Client, name: str, language: str) -> None:
    text = await page_of(client, name, language)
    ids = Counter(re.findall(r'\sid="([^"]+)"', text))
    targets = set(re.findall(r'\s(?:for|aria-labelledby|aria-controls)="([^"]+)"', text))
    assert [name for name, count in ids.items() if count > 1] == []
    assert targets - set(ids) == set()


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_has_no_inline_script_or_style(client: Client, name: str) -> None:
    text = await page_of(client, name, "zh")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?! type=\"(?:module\" src=|application/json))", text) == []


@pytest.mark.parametrize(("script", "name"), PAGE_OF_SCRIPT.items())
async def test_a_page_has_what_its_script_looks_for(client: Client, script: str, name: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', await page_of(client, name, "zh")))
    wanted = set(re.findall(r'\bbyId(?:<\w+>)?\("([\w-]+)"\)', (SCRIPTS / f"{script}.ts").read_text(encoding="utf-8")))
    assert wanted - ids == set()
