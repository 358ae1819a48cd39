import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tutor.core.http import language_of
from tutor.core.pages import Assets, AssetsNotBuilt, render, setup_pages
from tutor.core.words import Words

Client = TestClient[web.Request, web.Application]
TEMPLATES = {
    "hello.html": '<p lang="{{ language }}">{{ _("Sign in") }} {{ page.name }}</p>',
    "data.html": "<script>{{ {'errors': catalogue('error'), 'name': page.name} | tojson }}</script>",
    "typo.html": "{{ page.nme }}",
    "assets.html": '{{ assets.tags("src/chat.ts") }}',
    "here.html": '<a href="{{ here.update_query(lang="en") }}">',
}
MANIFEST = {
    "src/chat.ts": {
        "file": "assets/chat-1.js",
        "css": ["assets/chat-1.css"],
        "imports": ["_shared.js"],
        "isEntry": True,
    },
    "_shared.js": {"file": "assets/shared-2.js", "css": ["assets/shared-2.css"]},
}


@dataclass(frozen=True)
class Hello:
    name: str = "Ada"


@pytest.fixture(scope="module")
def web_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    assets = folder / "static/dist/assets"
    assets.mkdir(parents=True)
    (folder / "templates").mkdir()
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text, encoding="utf-8")
    (assets / "chat-1.js").write_text("export {}")
    (folder / "static/plain.txt").write_text("plain")
    (folder / "static/dist/manifest.json").write_text(json.dumps(MANIFEST))
    return folder


@pytest.fixture(scope="module")
async def client(web_folder: Path) -> AsyncIterator[Client]:
    async def page(request: web.Request) -> web.Response:
        return await render(request, f"{request.match_info['name']}.html", Hello(request.query.get("name", "Ada")))

    async def language(request: web.Request) -> web.Response:
        return web.Response(text=language_of(request))

    app = web.Application()
    setup_pages(app, Words(Path("web/locales")), web_folder / "templates", web_folder / "static")
    app.router.add_get("/pages/{name}", page)
    app.router.add_get("/language", language)
    async with TestClient(TestServer(app)) as client:
        yield client


async def text_of(client: Client, path: str, **headers: str) -> str:
    async with client.get(path, headers=headers) as response:
        return await response.text()


async def test_a_page_speaks_the_readers_language(client: Client) -> None:
    chinese = await text_of(client, "/pages/hello", **{"Accept-Language": "zh-CN"})
    english = await text_of(client, "/pages/hello", **{"Accept-Language": "en-GB"})
    assert [chinese, english] == ['<p lang="zh">登录 Ada</p>', '<p lang="en">Sign in Ada</p>']


async def test_a_page_escapes_what_it_is_given(client: Client) -> None:
    assert "&lt;b&gt;" in await text_of(client, "/pages/hello?name=%3Cb%3E")


async def test_page_data_cannot_end_its_script(client: Client) -> None:
    text = await text_of(client, "/pages/data?name=%3C/script%3E")
    assert text.count("</script>") == 1
    assert "没有这个班级码" in text


async def test_a_misspelt_name_in_a_template_is_an_error(client: Client) -> None:
    async with client.get("/pages/typo") as response:
        assert response.status == 500


@pytest.mark.parametrize(
    ("path", "cookie", "header", "language"),
    [
        ("/language", "", "", "zh"),
        ("/language", "", "en", "en"),
        ("/language", "en", "zh", "en"),
        ("/language?lang=zh", "en", "en", "zh"),
        ("/language?lang=xx", "", "en", "en"),
        ("/language", "xx", "en", "en"),
    ],
)
async def test_the_address_beats_the_cookie_and_the_cookie_beats_the_browser(
    client: Client, path: str, cookie: str, header: str, language: str
) -> None:
    assert await text_of(client, path, **{"Accept-Language": header, "Cookie": f"language={cookie}"}) == language


async def test_a_language_chosen_in_the_address_is_remembered(client: Client) -> None:
    async with client.get("/pages/hello?lang=en") as response:
        assert response.cookies["language"].value == "en"
    client.session.cookie_jar.clear()


async def test_a_language_that_we_do_not_speak_is_not_remembered(client: Client) -> None:
    async with client.get("/pages/hello?lang=fr") as response:
        assert "language" not in response.cookies


async def test_caches_ask_again_and_keep_languages_apart(client: Client) -> None:
    async with client.get("/pages/hello") as response:
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.headers["Vary"] == "Accept-Language, Cookie"


async def test_a_page_can_link_to_itself_in_another_language(client: Client) -> None:
    assert await text_of(client, "/pages/here?name=x") == '<a href="/pages/here?name=x&amp;lang=en">'


async def test_shared_files_come_before_the_entry_that_uses_them(client: Client) -> None:
    assert (await text_of(client, "/pages/assets")).splitlines() == [
        '<link rel="stylesheet" href="/static/dist/assets/shared-2.css">',
        '<link rel="stylesheet" href="/static/dist/assets/chat-1.css">',
        '<link rel="modulepreload" href="/static/dist/assets/shared-2.js">',
        '<script type="module" src="/static/dist/assets/chat-1.js"></script>',
    ]


async def test_a_hashed_file_is_kept_for_ever_and_others_are_not(client: Client) -> None:
    async with client.get("/static/dist/assets/chat-1.js") as hashed, client.get("/static/plain.txt") as plain:
        assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Cache-Control" not in plain.headers


async def test_a_file_that_is_not_there_is_never_kept(client: Client) -> None:
    async with client.get("/static/dist/assets/gone-1.js") as response:
        assert (response.status, "Cache-Control" in response.headers) == (404, False)


def test_browser_files_that_were_not_built_are_named(tmp_path: Path) -> None:
    with pytest.raises(AssetsNotBuilt) as caught:
        Assets(tmp_path).tags("src/chat.ts")
    assert caught.value.facts == {"folder": str(tmp_path), "entry": "manifest.json"}


def test_an_entry_that_was_not_built_is_named(web_folder: Path) -> None:
    with pytest.raises(AssetsNotBuilt) as caught:
        Assets(web_folder / "static/dist").tags("src/other.ts")
    assert caught.value.facts["entry"] == "src/other.ts"
