"""Sessions: rotation, reuse, races, endings, and what an access token is good for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import jwt
import pytest

from tests.accounts.household import SECRET, SETTINGS, Household, session_of
from tutor.accounts.models import Admission
from tutor.accounts.sessions import MOST_GOOD_TOKENS
from tutor.core.caller import Caller
from tutor.core.clock import new_id
from tutor.core.errors import Busy, SessionEnded, TokenExpired, TutorError, Unauthenticated
from tutor.core.mongo import Database
from tutor.core.tokens import AUDIENCE, ISSUER, Tokens

Result = TypeVar("Result")


async def outcomes(work: Callable[[], Awaitable[Result]], times: int) -> tuple[list[Result], list[TutorError]]:
    """Do the same thing at once many times: what came of it, and the refusals."""
    done = await asyncio.gather(*(work() for _ in range(times)), return_exceptions=True)
    refused = [one for one in done if isinstance(one, TutorError)]
    good = [one for one in done if not isinstance(one, BaseException)]
    assert len(refused) + len(good) == times
    return good, refused


async def test_a_new_session_admits_its_person(house: Household) -> None:
    admission = await house.student(display_name="小红")
    caller = await house.caller(admission)
    assert (caller.id, caller.name, caller.role, caller.language) == (admission.user.id, "小红", "student", "zh")
    assert caller.session_id == session_of(admission)


async def test_only_the_digest_of_a_refresh_token_is_stored(house: Household) -> None:
    admission = await house.student()
    stored = await house.store.find(session_of(admission))
    secret = admission.refresh_token.partition(".")[2]
    assert secret not in repr(stored)
    assert len(secret) >= 43


async def test_a_refresh_gives_a_new_pair_of_the_same_session(house: Household) -> None:
    first = await house.student()
    second = await house.sessions.refresh(first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert second.access_token != first.access_token
    assert session_of(second) == session_of(first)
    assert await house.admits(second)


async def test_refreshing_keeps_a_session_alive_beyond_its_first_life(house: Household) -> None:
    admission = await house.student()
    for _ in range(3):
        house.clock.advance(days=SETTINGS.refresh_days - 1)
        admission = await house.sessions.refresh(admission.refresh_token)
    assert await house.admits(admission)


async def test_a_session_that_is_not_used_expires(house: Household) -> None:
    admission = await house.student()
    house.clock.advance(days=SETTINGS.refresh_days)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(admission.refresh_token)


async def test_a_just_replaced_token_is_taken_once_more(house: Household) -> None:
    first = await house.student()
    second = await house.sessions.refresh(first.refresh_token)
    house.clock.advance(seconds=SETTINGS.refresh_grace_s - 1)
    sibling = await house.sessions.refresh(first.refresh_token)
    for good in (second, sibling):
        assert await house.admits(good)
    assert house.closed == []


async def test_siblings_do_not_prolong_the_grace(house: Household) -> None:
    first = await house.student()
    await house.sessions.refresh(first.refresh_token)
    house.clock.advance(seconds=SETTINGS.refresh_grace_s - 1)
    await house.sessions.refresh(first.refresh_token)
    house.clock.advance(seconds=2)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(first.refresh_token)


async def test_either_sibling_can_go_on(house: Household) -> None:
    first = await house.student()
    await house.sessions.refresh(first.refresh_token)
    sibling = await house.sessions.refresh(first.refresh_token)
    house.clock.advance(minutes=12)
    await house.sessions.refresh(sibling.refresh_token)


async def test_a_token_that_comes_back_later_ends_the_session_and_closes_its_sockets(house: Household) -> None:
    first = await house.student()
    second = await house.sessions.refresh(first.refresh_token)
    house.clock.advance(seconds=SETTINGS.refresh_grace_s + 1)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(first.refresh_token)
    assert house.closed == [session_of(first)]
    with pytest.raises(SessionEnded):
        await house.caller(second)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(second.refresh_token)


async def test_a_token_from_several_rotations_ago_ends_the_session_too(house: Household) -> None:
    stolen = await house.student()
    thief = stolen
    for _ in range(4):
        thief = await house.sessions.refresh(thief.refresh_token)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(stolen.refresh_token)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(thief.refresh_token)


async def test_reuse_ends_only_the_session_it_belongs_to(house: Household) -> None:
    first, other = await house.student(), await house.student()
    await house.sessions.refresh(first.refresh_token)
    house.clock.advance(minutes=1)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(first.refresh_token)
    assert await house.admits(other)


async def test_two_tabs_refreshing_at_once_both_go_on(house: Household) -> None:
    first = await house.student()
    good, refused = await outcomes(lambda: house.sessions.refresh(first.refresh_token), 2)
    assert refused == []
    for admission in good:
        assert await house.admits(admission)
        house.clock.advance(seconds=1)
        await house.sessions.refresh(admission.refresh_token)


async def test_a_race_for_one_token_yields_a_bounded_number_of_good_ones(house: Household) -> None:
    first = await house.student()
    good, refused = await outcomes(lambda: house.sessions.refresh(first.refresh_token), 20)
    assert len(good) == MOST_GOOD_TOKENS
    assert {type(error) for error in refused} == {Busy}
    stored = await house.store.find(session_of(first))
    assert stored is not None
    assert len(stored.token_hashes) == MOST_GOOD_TOKENS
    assert house.closed == []


async def test_late_reuse_in_a_race_ends_everything(house: Household) -> None:
    first = await house.student()
    await house.sessions.refresh(first.refresh_token)
    house.clock.advance(minutes=1)
    good, refused = await outcomes(lambda: house.sessions.refresh(first.refresh_token), 5)
    assert good == []
    assert {type(error) for error in refused} == {SessionEnded}


async def test_a_session_that_is_ended_during_a_refresh_stays_ended(house: Household) -> None:
    first = await house.student()
    session = await house.store.find(session_of(first))
    assert session is not None
    await house.sessions.end([session.id])
    now = house.clock.now()
    assert not await house.store.rotate(session, "fresh", now, now + timedelta(days=1))
    assert not await house.store.add_token(session, "fresh")


@pytest.mark.parametrize("token", ["", "nonsense-without-a-dot", ".secret-only-and-some-more", "only-a-session-id."])
async def test_what_is_no_refresh_token_is_not_taken(house: Household, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await house.sessions.refresh(token)


async def test_a_token_of_a_session_that_is_gone_says_that_it_ended(house: Household) -> None:
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(f"{new_id()}.some-secret-of-long-ago")


async def test_a_person_who_is_gone_has_no_session_any_more(house: Household, database: Database) -> None:
    admission = await house.student()
    await database["users"].delete_one({"_id": admission.user.id})
    with pytest.raises(SessionEnded):
        await house.caller(admission)
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(admission.refresh_token)


async def test_a_refresh_that_loses_every_race_asks_to_come_again(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    admission = await house.student()

    async def lost(*_: object) -> bool:
        return False

    monkeypatch.setattr(house.store, "rotate", lost)
    with pytest.raises(Busy):
        await house.sessions.refresh(admission.refresh_token)
    monkeypatch.undo()
    await house.sessions.refresh(admission.refresh_token)


async def test_signing_out_by_refresh_token_ends_its_session(house: Household) -> None:
    admission = await house.student()
    await house.sessions.end_by_token(admission.refresh_token)
    assert house.closed == [session_of(admission)]
    with pytest.raises(SessionEnded):
        await house.caller(admission)


async def test_signing_out_twice_is_no_error(house: Household) -> None:
    admission = await house.student()
    await house.sessions.end_by_token(admission.refresh_token)
    ended = await house.store.find(session_of(admission))
    house.clock.advance(seconds=5)
    await house.sessions.end_by_token(admission.refresh_token)
    assert await house.store.find(session_of(admission)) == ended


async def test_a_guessed_secret_signs_nobody_out(house: Household) -> None:
    admission = await house.student()
    await house.sessions.end_by_token(f"{session_of(admission)}.guessed-secret")
    assert await house.admits(admission)


async def test_ending_all_sessions_may_spare_one(house: Household) -> None:
    one = await house.student()
    two = await house.sessions.begin(one.user)
    three = await house.sessions.begin(one.user)
    await house.sessions.end_all(one.user.id, but=session_of(two))
    assert set(house.closed) == {session_of(one), session_of(three)}
    assert await house.admits(two)


async def test_the_sweep_closes_what_ended_elsewhere_expired_or_is_gone(house: Household) -> None:
    alive, ended, expired = await house.student(), await house.student(), await house.student()
    await house.store.end([session_of(ended)], house.clock.now())
    stored = await house.store.find(session_of(expired))
    assert stored is not None
    old = replace(stored, id=new_id(), expires_at=house.clock.now() - timedelta(seconds=1))
    await house.store.insert(old)
    await house.sessions.end_dead([session_of(alive), session_of(ended), old.id, "never was"])
    assert set(house.closed) == {session_of(ended), old.id, "never was"}


# What an access token is good for


async def test_an_access_token_ends_after_its_minutes(house: Household) -> None:
    admission = await house.student()
    assert admission.expires_in == SETTINGS.access_minutes * 60
    house.clock.advance(minutes=SETTINGS.access_minutes)
    with pytest.raises(TokenExpired):
        await house.caller(admission)


async def test_an_access_token_of_an_expired_session_says_so(house: Household) -> None:
    admission = await house.student()
    stored = await house.store.find(session_of(admission))
    assert stored is not None
    now = house.clock.now()
    assert await house.store.rotate(stored, "any", now, now)
    with pytest.raises(SessionEnded):
        await house.caller(admission)


async def test_a_changed_name_acts_on_the_next_request(house: Household) -> None:
    admission = await house.student()
    await house.users.update(
        admission.user.id, house.clock.now(), display_name="大明", email=None, grade=None, language="en"
    )
    caller = await house.caller(admission)
    assert (caller.name, caller.language) == ("大明", "en")


async def test_a_role_in_a_token_is_not_believed(house: Household) -> None:
    admission = await house.student()
    caller = replace(await house.caller(admission), role="teacher")
    assert (await house.sessions.authenticate(house.tokens.sign(caller))).role == "student"


async def test_a_token_for_somebody_elses_session_is_refused(house: Household) -> None:
    mine, other = await house.student(), await house.student()
    mixed = replace(await house.caller(mine), session_id=session_of(other))
    with pytest.raises(SessionEnded):
        await house.sessions.authenticate(house.tokens.sign(mixed))


async def test_a_refresh_token_is_no_access_token(house: Household) -> None:
    admission = await house.student()
    with pytest.raises(Unauthenticated):
        await house.sessions.authenticate(admission.refresh_token)


async def test_an_access_token_is_no_refresh_token(house: Household) -> None:
    admission = await house.student()
    with pytest.raises(SessionEnded):
        await house.sessions.refresh(admission.access_token)
    assert await house.admits(admission)


def claims_of(admission: Admission) -> dict[str, object]:
    return dict(jwt.decode(admission.access_token, options={"verify_signature": False}))


@pytest.mark.parametrize(
    "missing", ["typ", "aud", "iss", "jti", "sid", "exp", "iat", "nbf", "sub", "role", "name", "lang"]
)
async def test_a_token_without_one_of_its_claims_is_refused(house: Household, missing: str) -> None:
    claims = claims_of(await house.student())
    del claims[missing]
    with pytest.raises(Unauthenticated):
        await house.sessions.authenticate(jwt.encode(claims, SECRET, algorithm="HS256"))


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "refresh"},
        {"typ": "ws"},
        {"aud": "another-api"},
        {"aud": [AUDIENCE + "x"]},
        {"iss": ISSUER + "x"},
        {"nbf": 9_999_999_999},
        {"exp": "never"},
        {"exp": 10**30},
        {"sid": {"$ne": None}},
        {"sub": {"$gt": ""}},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(house: Household, changes: dict[str, object]) -> None:
    claims = {**claims_of(await house.student()), **changes}
    with pytest.raises((Unauthenticated, SessionEnded)):
        await house.sessions.authenticate(jwt.encode(claims, SECRET, algorithm="HS256"))


async def test_a_token_signed_with_another_key_is_refused(house: Household) -> None:
    caller = await house.caller(await house.student())
    forged = Tokens("another-key-that-is-long-enough-for-it", house.clock, timedelta(minutes=5)).sign(caller)
    with pytest.raises(Unauthenticated):
        await house.sessions.authenticate(forged)


@pytest.mark.parametrize("algorithm", ["none", "HS512", "HS384"])
async def test_a_token_of_another_algorithm_is_refused(house: Household, algorithm: str) -> None:
    claims = claims_of(await house.student())
    key = None if algorithm == "none" else SECRET * 2
    with pytest.raises(Unauthenticated):
        await house.sessions.authenticate(jwt.encode(claims, key, algorithm=algorithm))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ä" * 40, "." * 60, "\x00"])
async def test_what_is_no_token_is_refused(house: Household, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await house.sessions.authenticate(token)


async def test_a_token_for_somebody_who_never_was_is_refused(house: Household) -> None:
    expires_at = datetime.now(UTC) + timedelta(minutes=5)
    ghost = Caller(new_id(), "teacher", "鬼", "zh", new_id(), expires_at)
    with pytest.raises(SessionEnded):
        await house.sessions.authenticate(house.tokens.sign(ghost))
