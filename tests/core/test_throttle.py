"""Limits as clients meet them: on routes, by user and by address, on socket handshakes, and in the description."""

import asyncio
import tomllib
from typing import Any

import aiohttp
import pytest
import socketio

from tests.conftest import Serve
from tests.factories import WAIT_S, People, Person, Refused, Server, a_settings, connect
from tutor.app import catalogue_of_the_house
from tutor.settings import CONFIG, SettingsInvalid, load

LOGIN = "/api/v1/auth/login"
OUTSIDE = {"X-Forwarded-For": "198.51.100.1"}


def as_delivered() -> dict[str, Any]:
    """The limits that a school gets, which are tighter than those of the tests."""
    limits: dict[str, Any] = tomllib.loads((CONFIG / "default.toml").read_text())["limits"]
    return limits


async def knock(server: Server, times: int, **headers: str) -> list[int]:
    """The statuses of so many requests without a token, one after another."""
    async with aiohttp.ClientSession(server.address, headers=headers) as http:
        return [(await http.post("/api/v1/auth/refresh", json={})).status for _ in range(times)]


async def test_a_refusal_says_when_to_come_back_in_the_readers_words(serve: Serve) -> None:
    server = await serve(redis={"prefix": "words"}, limits={"anonymous_address": "1/min burst 1"})
    await knock(server, 1)
    async with aiohttp.ClientSession(server.address) as http:
        for language, word in (("en", "seconds"), ("zh", "秒")):
            async with http.post(LOGIN, json={}, headers={"Accept-Language": language}) as response:
                error = (await response.json())["error"]
                assert (response.status, error["code"], error["details"]["what"]) == (429, "rate_limited", "anonymous")
                wait_s = error["details"]["retry_after_s"]
                assert 50 <= wait_s <= 60
                assert response.headers["Retry-After"] == str(wait_s)
                assert str(wait_s) in error["message"]
                assert word in error["message"]


async def test_a_user_has_one_share_wherever_they_are_and_others_have_theirs(serve: Serve) -> None:
    tight = {"redis": {"prefix": "share"}, "limits": {"api_user": "1/min burst 3"}}
    nodes = [await serve(**tight) for _ in range(2)]
    async with People(nodes[0]) as people, aiohttp.ClientSession(nodes[1].address) as elsewhere:
        one, other = await people.student(), await people.student()
        for _ in range(2):
            await one.call("GET", "/users/me")
        there = Person(nodes[1], elsewhere, one.user, one.access_token, one.refresh_token)
        await there.call("GET", "/users/me")
        for person in (one, there):
            with pytest.raises(Refused) as refused:
                await person.call("GET", "/users/me")
            assert (refused.value.code, refused.value.status) == ("rate_limited", 429)
        await other.call("GET", "/users/me")


async def test_a_header_of_somebody_else_changes_nothing(serve: Serve) -> None:
    server = await serve(redis={"prefix": "spoof"}, limits={"anonymous_address": "1/min burst 2"})
    statuses = [status for n in range(4) for status in await knock(server, 1, **{"X-Forwarded-For": f"198.51.100.{n}"})]
    assert statuses == [401, 401, 429, 429]


async def test_behind_a_trusted_proxy_everybody_counts_for_themselves(serve: Serve) -> None:
    server = await serve(
        redis={"prefix": "proxy"},
        trusted_proxies=("127.0.0.0/8",),
        limits={"anonymous_address": "1/min burst 2"},
    )
    assert await knock(server, 3, **OUTSIDE) == [401, 401, 429]
    assert await knock(server, 1, **{"X-Forwarded-For": "1.2.3.4, 198.51.100.1"}) == [429]
    assert await knock(server, 2, **{"X-Forwarded-For": "198.51.100.2"}) == [401, 401]


async def test_health_and_descriptions_are_always_there(serve: Serve) -> None:
    server = await serve(redis={"prefix": "always"}, limits={"anonymous_address": "1/h burst 1"})
    async with aiohttp.ClientSession(server.address) as http:
        for path in ("/health/live", "/health/ready", "/api/v1/openapi.json") * 5:
            assert (await http.get(path)).status == 200


async def test_searches_have_a_share_of_their_own(serve: Serve) -> None:
    server = await serve(redis={"prefix": "search"}, limits={"search_user": "1/min burst 2"})
    async with People(server) as people:
        student = await people.student()
        for _ in range(2):
            await student.call("GET", "/conversations/search?q=x")
        with pytest.raises(Refused) as refused:
            await student.call("GET", "/conversations/search?q=x")
        assert refused.value.details["what"] == "search"
        await student.call("GET", "/conversations")


# Sockets


async def test_a_flood_of_sockets_is_refused_before_it_is_a_socket(serve: Serve) -> None:
    server = await serve(redis={"prefix": "flood"}, limits={"connect_address": "1/min burst 2"})
    address = f"{server.address}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            await (await http.ws_connect(address)).close()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(address)
    assert refused.value.status == 429
    assert refused.value.headers is not None
    assert 50 <= int(refused.value.headers["Retry-After"]) <= 60


async def test_a_client_that_was_refused_comes_in_later(serve: Serve) -> None:
    server = await serve(redis={"prefix": "later"}, limits={"connect_address": "1/s burst 1"})
    async with People(server) as people:
        student = await people.student()
        await student.connect()
        auth = {"token": student.access_token}
        with pytest.raises(socketio.exceptions.ConnectionError):
            await connect(server, auth)
        async with asyncio.timeout(WAIT_S):
            await asyncio.sleep(1.1)
            await (await connect(server, auth)).close()


async def test_a_school_that_comes_back_after_a_restart_is_let_in(serve: Serve) -> None:
    server = await serve(redis={"prefix": "storm"}, limits=as_delivered())
    address = f"{server.address}/socket.io/?EIO=4&transport=websocket"

    async def come(http: aiohttp.ClientSession) -> None:
        async with http.ws_connect(address) as socket:
            assert (await socket.receive(timeout=WAIT_S)).type is aiohttp.WSMsgType.TEXT

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as http:
        await asyncio.gather(*(come(http) for _ in range(1000)))


# Without Redis


async def test_without_redis_the_limits_stay_and_the_server_answers(serve: Serve) -> None:
    server = await serve(redis={"url": "unix:///nowhere/redis.sock"}, limits={"anonymous_address": "1/min burst 2"})
    assert await knock(server, 4) == [401, 401, 429, 429]


# Declarations


def test_every_route_says_that_it_may_be_too_often() -> None:
    document: Any = catalogue_of_the_house().openapi()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert "Retry-After" in operation["responses"]["429"]["headers"], path


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"limits": {**as_delivered(), "api_user": "often"}}, "limits.api_user"),
        ({"limits": {**as_delivered(), "join_user": "10/s burst 10"}}, "limits.join_user"),
        ({"trusted_proxies": ["10.0.0.1/8"]}, "trusted_proxies"),
        ({"trusted_proxies": ["proxy.example"]}, "trusted_proxies"),
    ],
)
def test_a_limit_or_a_proxy_that_makes_no_sense_is_refused_at_the_start(change: dict[str, Any], setting: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        load(**change)
    assert invalid.value.facts["setting"] == setting


def test_the_tests_have_room() -> None:
    assert a_settings().limits.anonymous_address != as_delivered()["anonymous_address"]
