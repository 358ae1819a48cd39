"""The refresh cookie of a browser page: what it carries, who may use it, and from where."""

from collections.abc import AsyncGenerator, AsyncIterator
from http.cookies import Morsel

import aiohttp
import pytest

from tests.factories import PASSWORD, Json, Server, a_registration, start_server
from tutor.ai.model import Finish, Piece, Prompt
from tutor.settings import Settings

PAGE = {"X-Tutor-Client": "web"}
PLAIN = "tutor_refresh"
SECURE = "__Host-tutor_refresh"
Cookies = dict[str, Morsel[str]]


class SilentModel:
    """A tutor that nobody asks: it lets a server start without worker processes."""

    provider = name = "silent"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        raise NotImplementedError(prompt.question)
        yield

    async def close(self) -> None:
        return


@pytest.fixture(scope="module")
async def https(settings: Settings) -> AsyncIterator[Server]:
    """A server that people reach over https, and from one more origin."""
    address, origins = "https://tutor.test", ("https://school.test",)
    async with start_server(settings, model=SilentModel(), public_url=address, origins=origins) as started:
        yield started


async def ask(server: Server, path: str, body: Json | None = None, /, **headers: str) -> tuple[int, Json, Cookies]:
    """A call without a cookie jar of its own: a test says which cookies it sends."""
    async with (
        aiohttp.ClientSession(server.address, cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(f"/api/v1{path}", json=body or {}, headers=headers) as response,
    ):
        return response.status, await response.json(), dict(response.cookies)


async def sign_up(server: Server, name: str = PLAIN, /, **headers: str) -> tuple[Json, str]:
    status, answer, cookies = await ask(server, "/auth/register", a_registration(), **PAGE, **headers)
    assert status == 201
    return answer, cookies[name].value


async def test_a_page_gets_its_refresh_token_as_a_cookie_only(server: Server) -> None:
    status, answer, cookies = await ask(server, "/auth/register", a_registration(), **PAGE)
    assert status == 201
    assert answer["refresh_token"] is None
    cookie = cookies[PLAIN]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")
    assert not cookie["secure"]
    assert int(cookie["max-age"]) == 30 * 86_400
    assert len(cookie.value) > 43


async def test_over_https_the_cookie_belongs_to_this_host_alone(https: Server) -> None:
    _, _, cookies = await ask(https, "/auth/register", a_registration(), **PAGE)
    assert set(cookies) == {SECURE}
    cookie = cookies[SECURE]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")


async def test_signing_in_from_a_page_sets_the_cookie_too(server: Server) -> None:
    body = a_registration()
    await ask(server, "/auth/register", body)
    _, answer, cookies = await ask(server, "/auth/login", {"username": body["username"], "password": PASSWORD}, **PAGE)
    assert answer["refresh_token"] is None
    assert PLAIN in cookies


async def test_a_page_refreshes_with_its_cookie(server: Server) -> None:
    _, token = await sign_up(server)
    status, answer, cookies = await ask(server, "/auth/refresh", **PAGE, Cookie=f"{PLAIN}={token}")
    assert status == 200
    assert answer["refresh_token"] is None
    assert cookies[PLAIN].value != token
    assert answer["access_token"]


async def test_two_tabs_with_one_cookie_both_go_on(server: Server) -> None:
    _, token = await sign_up(server)
    for _ in range(2):
        status, _, cookies = await ask(server, "/auth/refresh", **PAGE, Cookie=f"{PLAIN}={token}")
        assert status == 200
        assert PLAIN in cookies


async def test_a_page_signs_out_with_its_cookie_and_loses_it(server: Server) -> None:
    _, token = await sign_up(server)
    status, answer, cookies = await ask(server, "/auth/logout", **PAGE, Cookie=f"{PLAIN}={token}")
    assert (status, answer) == (200, {})
    gone = cookies[PLAIN]
    assert (gone.value, gone["max-age"], gone["path"]) == ("", "0", "/")
    status, answer, _ = await ask(server, "/auth/refresh", **PAGE, Cookie=f"{PLAIN}={token}")
    assert (status, answer["error"]["code"]) == (401, "session_ended")


async def test_signing_out_everywhere_takes_the_cookie_away(server: Server) -> None:
    answer, _ = await sign_up(server)
    bearer = f"Bearer {answer['access_token']}"
    status, _, cookies = await ask(server, "/auth/logout-all", **PAGE, Authorization=bearer)
    assert status == 200
    assert cookies[PLAIN].value == ""


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout"])
async def test_a_cookie_without_the_pages_header_is_refused(server: Server, path: str) -> None:
    _, token = await sign_up(server)
    status, answer, cookies = await ask(server, path, Cookie=f"{PLAIN}={token}")
    assert (status, answer["error"]["code"], cookies) == (403, "not_allowed", {})
    status, _, _ = await ask(server, "/auth/refresh", **PAGE, Cookie=f"{PLAIN}={token}")
    assert status == 200


FOREIGN = [
    "https://evil.test",
    "null",
    "https://tutor.test.evil.test",
    "https://evil.test/https://tutor.test",
    "http://tutor.test",
    "https://tutor.test:8443",
    "https://sub.tutor.test",
    "tutor.test",
    "",
]


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout", "/auth/login", "/auth/register"])
@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_origin_is_refused(https: Server, path: str, origin: str) -> None:
    body = {"username": "whoever", "password": PASSWORD} if path == "/auth/login" else {}
    body = a_registration() if path == "/auth/register" else body
    status, answer, cookies = await ask(https, path, body, **PAGE, Origin=origin, Cookie=f"{SECURE}=abcdefgh.abcdefgh")
    assert (status, answer["error"]["code"], cookies) == (403, "not_allowed", {})


@pytest.mark.parametrize("origin", ["https://tutor.test", "https://school.test", "HTTPS://Tutor.Test"])
async def test_our_own_origins_are_taken(https: Server, origin: str) -> None:
    _, token = await sign_up(https, SECURE, Origin=origin)
    status, _, _ = await ask(https, "/auth/refresh", **PAGE, Origin=origin, Cookie=f"{SECURE}={token}")
    assert status == 200


async def test_over_https_the_host_header_proves_nothing(https: Server) -> None:
    for scheme in ("http", "https"):
        origin = f"{scheme}://127.0.0.1:{https.port}"
        status, _, _ = await ask(https, "/auth/refresh", **PAGE, Origin=origin, Cookie=f"{SECURE}=abcdefgh.abcdefgh")
        assert status == 403


async def test_at_a_desk_the_page_may_come_by_any_name_of_this_machine(server: Server) -> None:
    _, token = await sign_up(server)
    host = f"localhost:{server.port}"
    headers = {**PAGE, "Host": host, "Origin": f"http://{host}", "Cookie": f"{PLAIN}={token}"}
    assert (await ask(server, "/auth/refresh", **headers))[0] == 200
    headers["Origin"] = "http://localhost:1"
    assert (await ask(server, "/auth/refresh", **headers))[0] == 403


async def test_the_plain_cookie_is_worth_nothing_over_https(https: Server) -> None:
    _, token = await sign_up(https, SECURE)
    status, answer, _ = await ask(https, "/auth/refresh", **PAGE, Cookie=f"{PLAIN}={token}")
    assert (status, answer["error"]["code"]) == (401, "unauthenticated")


async def test_a_browser_keeps_the_cookie_through_its_whole_life(server: Server) -> None:
    async with aiohttp.ClientSession(
        server.address, cookie_jar=aiohttp.CookieJar(unsafe=True), headers=PAGE
    ) as browser:
        async with browser.post("/api/v1/auth/register", json=a_registration()) as response:
            assert response.status == 201
        for _ in range(3):
            async with browser.post("/api/v1/auth/refresh", json={}) as response:
                assert response.status == 200
        async with browser.post("/api/v1/auth/logout", json={}) as response:
            assert response.status == 200
        async with browser.post("/api/v1/auth/refresh", json={}) as response:
            assert (await response.json())["error"]["code"] == "unauthenticated"
