"""How often somebody may try: guessing passwords and codes, signing up, refreshing; and a school behind one address."""

import asyncio
import uuid

import aiohttp
import pytest

from tests.accounts.household import registration
from tests.conftest import Serve
from tests.core.test_throttle import as_delivered
from tests.factories import PASSWORD, People, Refused, Server, a_registration
from tutor.accounts.context import ACCOUNTS
from tutor.settings import Settings

LOGIN = "/api/v1/auth/login"
WRONG = "wrong one"
HOME, SCHOOL = "198.51.100.1", "203.0.113.7"


async def a_school(serve: Serve, **limits: str) -> Server:
    """A server behind a proxy on this machine, with limits as they are delivered but for `limits`, counted apart."""
    return await serve(
        redis={"prefix": f"test-{uuid.uuid4().hex[:8]}"},
        trusted_proxies=("127.0.0.1",),
        limits={**as_delivered(), "redis_timeout_s": 20.0, **limits},
    )


async def try_to_sign_in(server: Server, name: str, password: str = WRONG, address: str = HOME) -> str:
    """The code of the answer, or "ok"."""
    async with (
        aiohttp.ClientSession(server.address, headers={"X-Forwarded-For": address}) as http,
        http.post(LOGIN, json={"username": name, "password": password}) as response,
    ):
        answer = await response.json()
        assert response.status == 429 or "Retry-After" not in response.headers
        code: str = answer["error"]["code"] if response.status >= 400 else "ok"
        return code


async def students_of(server: Server, count: int) -> list[str]:
    """The names of new students."""
    accounts = server.app[ACCOUNTS]
    made = await asyncio.gather(*(accounts.create_student(registration()) for _ in range(count)))
    return [user.username for user in made]


async def test_after_ten_wrong_passwords_even_the_right_one_waits_there_and_works_elsewhere(serve: Serve) -> None:
    server = await a_school(serve)
    (name,) = await students_of(server, 1)
    guesses = await asyncio.gather(*(try_to_sign_in(server, name) for _ in range(30)))
    assert guesses.count("wrong_password") == 10
    assert guesses.count("rate_limited") == 20
    assert await try_to_sign_in(server, name.upper(), PASSWORD) == "rate_limited"
    assert await try_to_sign_in(server, name, PASSWORD, SCHOOL) == "ok"


async def test_a_name_that_nobody_has_is_limited_alike(serve: Serve) -> None:
    server = await a_school(serve, sign_in_here="2/15min")
    assert [await try_to_sign_in(server, "nobody") for _ in range(3)] == ["wrong_password"] * 2 + ["rate_limited"]


async def test_guesses_from_everywhere_end_at_the_looser_limit_of_the_name(serve: Serve) -> None:
    server = await a_school(serve, sign_in_name="4/15min")
    (name,) = await students_of(server, 1)
    answers = [await try_to_sign_in(server, name, address=f"198.51.100.{n}") for n in range(6)]
    assert answers == ["wrong_password"] * 4 + ["rate_limited"] * 2


async def test_one_address_cannot_try_one_password_with_every_name(serve: Serve) -> None:
    server = await a_school(serve, sign_in_address="4/15min")
    answers = [await try_to_sign_in(server, f"pupil{n}") for n in range(6)]
    assert answers == ["wrong_password"] * 4 + ["rate_limited"] * 2
    assert await try_to_sign_in(server, "pupil9", address=SCHOOL) == "wrong_password"


async def test_signing_in_often_is_no_failure(serve: Serve) -> None:
    server = await a_school(serve, sign_in_here="2/15min", sign_in_name="2/15min", sign_in_address="2/15min")
    (name,) = await students_of(server, 1)
    assert [await try_to_sign_in(server, name, PASSWORD) for _ in range(5)] == ["ok"] * 5


async def test_sixty_students_of_one_school_sign_in_at_once_with_some_slips(serve: Serve) -> None:
    server = await a_school(serve)
    names = await students_of(server, 60)

    async def arrive(name: str, *, slips: bool) -> list[str]:
        tries = [WRONG, PASSWORD] if slips else [PASSWORD]
        return [await try_to_sign_in(server, name, each, SCHOOL) for each in tries]

    answers = await asyncio.gather(*(arrive(name, slips=number % 4 == 0) for number, name in enumerate(names)))
    assert {code for each in answers for code in each} == {"wrong_password", "ok"}
    assert all(each[-1] == "ok" for each in answers)


async def test_a_stolen_token_cannot_guess_the_password(serve: Serve) -> None:
    server = await a_school(serve, password_user="2/15min")
    async with People(server) as people:
        student = await people.student()
        change = {"current_password": WRONG, "new_password": "another good one"}
        for code in ("wrong_password", "wrong_password", "rate_limited"):
            with pytest.raises(Refused) as refused:
                await student.call("POST", "/auth/password", change)
            assert refused.value.code == code


async def test_one_address_opens_so_many_accounts(serve: Serve) -> None:
    server = await a_school(serve, register_address="1/h burst 2")
    async with aiohttp.ClientSession(server.address, headers={"X-Forwarded-For": HOME}) as http:
        statuses = [(await http.post("/api/v1/auth/register", json=a_registration())).status for _ in range(3)]
        assert statuses == [201, 201, 429]
    async with People(server) as people:
        await people.student()  # from another address


async def test_a_sign_in_is_refreshed_so_often(serve: Serve) -> None:
    server = await a_school(serve, refresh_session="1/h burst 2")
    async with People(server) as people:
        one, other = await people.student(), await people.student()
        codes: list[str] = []
        token = one.refresh_token
        for _ in range(3):
            try:
                token = (await one.call("POST", "/auth/refresh", {"refresh_token": token}))["refresh_token"]
                codes.append("ok")
            except Refused as refused:
                codes.append(refused.code)
        assert codes == ["ok", "ok", "rate_limited"]
        await other.call("POST", "/auth/refresh", {"refresh_token": other.refresh_token})


async def test_a_teacher_invites_so_many(serve: Serve) -> None:
    server = await a_school(serve, invite_user="1/h burst 1")
    async with People(server) as people:
        teacher = await people.teacher()
        await teacher.call("POST", "/auth/invitations", {})
        with pytest.raises(Refused) as refused:
            await teacher.call("POST", "/auth/invitations", {})
        assert refused.value.details["what"] == "invite"


async def test_class_codes_cannot_be_guessed(serve: Serve) -> None:
    server = await a_school(serve, join_user="3/15min", join_address="5/15min")
    async with People(server) as people:
        teacher, _, class_id = await people.classroom(students=0)
        code = (await teacher.call("GET", f"/classes/{class_id}"))["class"]["code"]

        async def guess(*codes: str) -> list[str]:
            student, answers = await people.student(), []
            for each in codes:
                try:
                    await student.call("POST", "/classes/join", {"code": each})
                    answers.append("ok")
                except Refused as refused:
                    answers.append(refused.code)
            return answers

        unknown = "class_code_unknown"
        assert await guess(*["AAAAAA"] * 3, code) == [unknown] * 3 + ["rate_limited"]
        assert await guess(*[code] * 6) == ["ok"] * 6
        assert await guess(*["AAAAAA"] * 3) == [unknown] * 2 + ["rate_limited"]


async def test_without_redis_guessing_is_limited_too(serve: Serve, settings: Settings) -> None:
    server = await serve(redis={"url": "unix:///nowhere/redis.sock"}, limits=as_delivered())
    assert server.settings.mongodb.url == settings.mongodb.url
    answers = await asyncio.gather(*(try_to_sign_in(server, "pupil") for _ in range(15)))
    assert (answers.count("wrong_password"), answers.count("rate_limited")) == (10, 5)
