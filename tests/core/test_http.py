"""The HTTP door: typed routes, one shape of failure, ids, headers and languages, on a whole server."""

import asyncio
import io
import re
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.factories import WAIT_S, People, Server, a_registration
from tutor.accounts.context import ACCOUNTS, SESSIONS
from tutor.core.errors import Busy
from tutor.core.http import HEADERS, WORDS, Api, errors
from tutor.core.messages import Answer, Command, Nothing
from tutor.core.mongo import MongoSettings, connect
from tutor.core.words import Words
from tutor.settings import ROOT

REGISTER = "/api/v1/auth/register"


# Declaring


class Ask(Command):
    n: int = 0


class Told(Answer):
    n: int


def test_a_route_knows_its_models_from_its_annotations() -> None:
    api = Api("/api")

    @api.on("POST", "/tell", status=201, access="teacher")
    async def tell(request: web.Request, body: Ask) -> Told:
        """Tell."""
        return Told(n=body.n)

    @api.on("GET", "/ask", access="anyone", answers=Nothing)
    async def ask(request: web.Request, query: Ask) -> web.Response:
        return web.Response()

    first, second = api.routes
    assert (first.path, first.body, first.query, first.answer) == ("/api/tell", Ask, None, Told)
    assert (first.status, first.access, first.text) == (201, "teacher", "Tell.")
    assert (second.body, second.query, second.answer, second.access) == (None, Ask, Nothing, "anyone")


def test_a_handler_without_models_cannot_be_declared() -> None:
    async def wrong(request: web.Request, body: dict[str, str]) -> Told:
        return Told(n=len(body))

    async def mute(request: web.Request) -> web.Response:
        return web.Response()

    for handler in (wrong, mute):
        with pytest.raises(TypeError):
            Api("/api").on("POST", "/x")(handler)


# Failures have one shape


async def failure(response: aiohttp.ClientResponse) -> Any:
    body = await response.json()
    assert set(body) == {"success", "error"}
    assert body["success"] is False
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["error"]["message"]
    assert response.headers["Cache-Control"] == "no-store"
    return body["error"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/static/../pyproject.toml", 404, "not_found"),
        ("PUT", "/api/v1/users/me", 405, "method_not_allowed"),
        ("DELETE", REGISTER, 405, "method_not_allowed"),
        ("GET", "/api/v1/users/me", 401, "unauthenticated"),
        ("POST", "/api/v1/auth/refresh", 401, "unauthenticated"),
    ],
)
async def test_every_refusal_has_a_code(
    http: aiohttp.ClientSession, method: str, path: str, status: int, code: str
) -> None:
    async with http.request(method, path) as response:
        assert response.status == status
        assert (await failure(response))["code"] == code


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b'"x"', b"null", b"\xff", b'{"a":NaN}', b"{'a':1}", b"[" * 5000])
async def test_a_body_that_is_no_json_object_is_malformed(http: aiohttp.ClientSession, body: bytes) -> None:
    async with http.post(REGISTER, data=body) as response:
        assert response.status == 400
        assert (await failure(response))["code"] == "malformed"


async def test_an_empty_body_is_an_empty_object(http: aiohttp.ClientSession) -> None:
    async with http.post(REGISTER) as response:
        assert response.status == 422
        fields = {each["field"] for each in (await failure(response))["details"]["fields"]}
        assert fields == {"username", "email", "password", "display_name"}


async def test_wrong_fields_are_named_and_not_repeated(http: aiohttp.ClientSession) -> None:
    body = a_registration(password="short", grade=13, extra=1)
    async with http.post(REGISTER, json=body) as response:
        assert response.status == 422
        fields = {each["field"] for each in (await failure(response))["details"]["fields"]}
        assert fields == {"password", "grade", "extra"}
        assert "short" not in (await response.text()).replace("too_short", "")


@pytest.mark.parametrize("payload", [{"$gt": ""}, ["a"], 7, None, True])
async def test_operators_and_other_kinds_are_invalid_input(http: aiohttp.ClientSession, payload: Any) -> None:
    async with http.post("/api/v1/auth/login", json={"username": payload, "password": "x"}) as response:
        assert response.status == 422


async def test_a_body_that_is_too_large_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.post(REGISTER, data=io.BytesIO(b'{"username":"' + b"x" * 1_100_000 + b'"}')) as response:
        assert response.status == 413
        error = await failure(response)
        assert (error["code"], error["details"]) == ("too_large", {"limit_kb": 1024})


async def test_who_should_come_back_later_is_told_when() -> None:
    async def busy(request: web.Request) -> web.StreamResponse:
        raise Busy(retry_after_s=7.4)

    app = web.Application(middlewares=[errors])
    app[WORDS] = Words(ROOT / "web/locales")
    app.router.add_get("/", busy)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{runner.addresses[0][1]}/") as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    await runner.cleanup()


async def test_a_missing_token_is_asked_for(http: aiohttp.ClientSession) -> None:
    for headers in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}):
        async with http.get("/api/v1/users/me", headers=headers) as response:
            assert response.status == 401
            assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_is_read_in_any_case(people: People, scheme: str) -> None:
    student = await people.student()
    headers = {"Authorization": f"{scheme} {student.access_token}"}
    assert (await student.call("GET", "/users/me", headers=headers))["user"]["id"] == student.id


async def test_a_fault_of_ours_is_internal_and_says_nothing(
    server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = await people.student()

    async def fall_over(caller: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(server.app[ACCOUNTS], "me", fall_over)
    headers = {"Authorization": f"Bearer {student.access_token}"}
    async with student.http.get("/api/v1/users/me", headers=headers) as response:
        assert response.status == 500
        assert (await failure(response))["code"] == "internal"
        assert "swordfish" not in await response.text()


# Ids, times, headers


async def test_a_good_request_id_is_kept_and_any_other_replaced(http: aiohttp.ClientSession) -> None:
    async with http.get("/health/live", headers={"X-Request-ID": "abc.DEF_123-4"}) as response:
        assert response.headers["X-Request-ID"] == "abc.DEF_123-4"
    for bad in ("short", "x" * 65, "with space", "äöüäöüäöü", "<script>alert</script>", ""):
        async with http.get("/health/live", headers={"X-Request-ID": bad}) as response:
            assert re.fullmatch(r"[0-9a-f]{24}", response.headers["X-Request-ID"])


@pytest.mark.parametrize("path", ["/health/live", "/api/v1/users/me", "/nothing", "/chat", "/api/v1/openapi.json"])
async def test_every_response_has_its_id_its_time_and_the_security_headers(
    http: aiohttp.ClientSession, path: str
) -> None:
    async with http.get(path) as response:
        assert re.fullmatch(r"[0-9a-f]{24}", response.headers["X-Request-ID"])
        assert float(response.headers["X-Process-Time"]) < WAIT_S
        for name, value in HEADERS.items():
            assert response.headers[name] == value
        assert "Strict-Transport-Security" not in response.headers


def test_the_policy_allows_no_inline_code() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


async def test_behind_https_browsers_are_told_to_stay_there(serve: Any) -> None:
    secure = await serve(public_url="https://school.example")
    async with aiohttp.ClientSession() as http, http.get(f"{secure.address}/health/live") as response:
        assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")


# Languages


@pytest.mark.parametrize(
    ("query", "headers", "chinese"),
    [
        ("", {}, True),
        ("", {"Accept-Language": "en-GB,en;q=0.9"}, False),
        ("", {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, True),
        ("", {"Accept-Language": "fr, en;q=0.5, zh;q=0.4"}, False),
        ("", {"Accept-Language": "xx"}, True),
        ("", {"Accept-Language": ";;;=q"}, True),
        ("?lang=en", {"Accept-Language": "zh"}, False),
        ("?lang=zh", {"Accept-Language": "en", "Cookie": "language=en"}, True),
        ("", {"Accept-Language": "zh", "Cookie": "language=en"}, False),
        ("?lang=fr", {"Accept-Language": "en"}, False),
    ],
)
async def test_a_stranger_reads_the_language_they_ask_for(
    http: aiohttp.ClientSession, query: str, headers: dict[str, str], chinese: bool
) -> None:
    async with http.get(f"/api/v1/users/me{query}", headers=headers) as response:
        assert (await failure(response))["message"].isascii() is not chinese


async def test_a_person_reads_their_own_language(people: People) -> None:
    for language, ascii_only in (("en", True), ("zh", False)):
        student = await people.student(language=language)
        headers = {"Authorization": f"Bearer {student.access_token}", "Accept-Language": "en, zh"}
        async with student.http.get(f"/api/v1/conversations/{'0' * 24}", headers=headers) as response:
            assert (await failure(response))["message"].isascii() is ascii_only


async def test_the_requests_of_many_do_not_mix(people: People) -> None:
    students = await asyncio.gather(*(people.student() for _ in range(5)))
    answers = await asyncio.gather(*(student.call("GET", "/users/me") for student in students for _ in range(10)))
    assert [answer["user"]["id"] for answer in answers] == [student.id for student in students for _ in range(10)]


async def test_without_mongodb_a_request_is_answered_with_its_name(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own = await serve(mongodb={"timeout_ms": 300})
    async with People(own) as people:
        student = await people.student()
        away = connect(MongoSettings("mongodb://127.0.0.1:1", "x", 200, 1))
        monkeypatch.setattr(own.app[SESSIONS]._store, "_sessions", away["x"]["y"])
        headers = {"Authorization": f"Bearer {student.access_token}"}
        async with student.http.get("/api/v1/users/me", headers=headers) as response:
            assert response.status == 503
            assert (await failure(response))["code"] == "store_unavailable"
        away.close()
