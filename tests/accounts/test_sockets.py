"""Sessions and sockets: renewing, and how the end of a session ends its sockets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from socketio.exceptions import ConnectionError as Refusal

from tests.accounts.household import MovableClock
from tests.factories import PASSWORD, People, Person, Refused, Server
from tutor.accounts.context import SESSIONS
from tutor.accounts.jobs import SWEEP_S
from tutor.accounts.store import SessionStore
from tutor.core.caller import Caller
from tutor.core.mongo import MONGO
from tutor.core.tokens import SECRET, Tokens


async def refreshed(person: Person) -> str:
    answer = await person.call("POST", "/auth/refresh", {"refresh_token": person.refresh_token})
    person.refresh_token = answer["refresh_token"]
    token: str = answer["access_token"]
    return token


async def test_a_socket_goes_on_with_a_newer_token(people: People) -> None:
    student = await people.student()
    socket = await student.connect()
    renewed = await socket.ask("session.renew", token=await refreshed(student))
    assert 890 <= renewed["expires_in"] <= 900


async def test_a_socket_takes_no_token_of_somebody_else(people: People) -> None:
    student, other = await people.student(), await people.student()
    socket = await student.connect()
    with pytest.raises(Refused) as refused:
        await socket.ask("session.renew", token=other.access_token)
    assert refused.value.code == "unauthenticated"


async def test_a_socket_takes_no_token_of_another_device(people: People) -> None:
    phone = await people.student()
    desk = await people.sign_in(phone.user["username"])
    socket = await phone.connect()
    with pytest.raises(Refused) as refused:
        await socket.ask("session.renew", token=desk.access_token)
    assert refused.value.code == "unauthenticated"


async def test_a_refresh_token_renews_no_socket(people: People) -> None:
    student = await people.student()
    socket = await student.connect()
    with pytest.raises(Refused) as refused:
        await socket.ask("session.renew", token=student.refresh_token)
    assert refused.value.code == "unauthenticated"


@pytest.mark.parametrize("payload", [{}, {"token": ""}, {"token": 5}, {"token": {"$ne": 1}}, {"token": "x", "more": 1}])
async def test_a_renewal_that_does_not_fit_is_invalid(people: People, payload: dict[str, object]) -> None:
    socket = await (await people.student()).connect()
    with pytest.raises(Refused) as refused:
        await socket.ask("session.renew", **payload)
    assert refused.value.code == "invalid_input"


async def test_a_socket_whose_token_is_renewed_outlives_the_old_one(people: People) -> None:
    student = await people.student()
    tokens = Tokens(people.server.app[SECRET], MovableClock(), timedelta(minutes=15))
    short = tokens.read(student.access_token)
    newer = await refreshed(student)
    student.access_token = tokens.sign(_ending_in(short, seconds=2))
    renewed, left = await student.connect(), await student.connect()
    await renewed.ask("session.renew", token=newer)
    assert (await left.until("bye"))["code"] == "token_expired"
    await left.until_gone()
    assert (await renewed.ask("session.renew", token=newer))["expires_in"] > 800


async def test_signing_out_closes_the_sockets_of_that_device(people: People) -> None:
    phone = await people.student()
    desk = await people.sign_in(phone.user["username"])
    gone, stays = await phone.connect(), await desk.connect()
    await phone.call("POST", "/auth/logout", {})
    assert (await gone.until("bye"))["code"] == "session_ended"
    await gone.until_gone()
    assert await stays.ask("session.renew", token=desk.access_token)


async def test_changing_the_password_closes_the_sockets_of_other_devices(people: People) -> None:
    phone = await people.student()
    desk = await people.sign_in(phone.user["username"])
    gone, stays = await phone.connect(), await desk.connect()
    await desk.call("POST", "/auth/password", {"current_password": PASSWORD, "new_password": "another password"})
    assert (await gone.until("bye"))["code"] == "session_ended"
    await gone.until_gone()
    assert await stays.ask("session.renew", token=desk.access_token)


async def test_a_stolen_refresh_token_closes_the_sockets(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    student = await people.student()
    stolen = student.refresh_token
    socket = await student.connect()
    await refreshed(student)
    monkeypatch.setattr(people.server.app[SESSIONS], "_grace", timedelta(seconds=-1))
    student.refresh_token = stolen
    with pytest.raises(Refused) as refused:
        await refreshed(student)
    assert refused.value.code == "session_ended"
    assert (await socket.until("bye"))["code"] == "session_ended"


async def test_a_session_that_another_node_ended_loses_its_sockets_in_the_sweep(people: People) -> None:
    student, other = await people.student(), await people.student()
    gone, stays = await student.connect(), await other.connect()
    await _end_elsewhere(people.server, student)
    assert (await gone.until("bye"))["code"] == "session_ended"
    await gone.until_gone()
    assert await stays.ask("session.renew", token=other.access_token)
    assert SWEEP_S < 5


async def test_an_ended_session_is_not_admitted(people: People) -> None:
    student = await people.student()
    await student.call("POST", "/auth/logout", {})
    with pytest.raises(Refusal):
        await student.connect()


async def test_a_refresh_token_is_not_admitted(people: People) -> None:
    student = await people.student()
    with pytest.raises(Refusal):
        await student.connect(token=student.refresh_token)


def _ending_in(caller: Caller, seconds: float) -> Caller:
    return replace(caller, expires_at=datetime.now(UTC) + timedelta(seconds=seconds))


async def _end_elsewhere(server: Server, person: Person) -> None:
    """What another node does: it changes the database, and this one hears nothing."""
    session_id = person.refresh_token.partition(".")[0]
    await SessionStore(server.app[MONGO]).end([session_id], datetime.now(UTC))
