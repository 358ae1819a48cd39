"""Access tokens: only our own, whole, unexpired and of the right kind are read."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from tests.factories import FakeClock
from tutor.core.caller import Caller
from tutor.core.errors import TokenExpired, Unauthenticated
from tutor.core.tokens import REQUIRED, Tokens, digest, keyed, new_secret

SECRET = "0f" * 32
LIFE = timedelta(minutes=15)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(clock: FakeClock) -> Tokens:
    return Tokens(SECRET, clock, LIFE)


def a_caller(clock: FakeClock, **changes: Any) -> Caller:
    values: dict[str, Any] = {
        "id": "1" * 24,
        "role": "student",
        "name": "小明",
        "language": "zh",
        "session_id": "2" * 24,
        "expires_at": clock.now().replace(microsecond=0) + LIFE,
    }
    return Caller(**(values | changes))


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm=algorithm)


def test_a_token_comes_back_as_the_caller_it_was_made_for(tokens: Tokens, clock: FakeClock) -> None:
    for caller in (a_caller(clock), a_caller(clock, role="teacher", language="en", name="Ann")):
        assert tokens.read(tokens.sign(caller)) == caller


def test_every_token_is_different_and_carries_every_claim(tokens: Tokens, clock: FakeClock) -> None:
    one, other = (claims_of(tokens.sign(a_caller(clock))) for _ in range(2))
    assert one["jti"] != other["jti"]
    assert set(REQUIRED) <= one.keys()


@pytest.mark.parametrize("claim", [*REQUIRED, "role", "name", "lang"])
def test_a_token_without_one_of_its_claims_is_nobodys(tokens: Tokens, clock: FakeClock, claim: str) -> None:
    claims = claims_of(tokens.sign(a_caller(clock)))
    del claims[claim]
    with pytest.raises(Unauthenticated):
        tokens.read(signed(claims))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("typ", "refresh"),
        ("typ", None),
        ("typ", ["access"]),
        ("aud", "another-api"),
        ("aud", ""),
        ("iss", "somebody"),
        ("exp", "soon"),
        ("exp", None),
        ("exp", 10**30),
        ("exp", float("inf")),
        ("nbf", "never"),
        ("nbf", 4_000_000_000),
        ("sub", None),
    ],
)
def test_a_claim_of_another_kind_is_refused(tokens: Tokens, clock: FakeClock, claim: str, value: Any) -> None:
    claims = claims_of(tokens.sign(a_caller(clock))) | {claim: value}
    with pytest.raises(Unauthenticated):
        tokens.read(signed(claims))


def test_a_token_signed_with_another_key_is_refused(tokens: Tokens, clock: FakeClock) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(Tokens("ab" * 32, clock, LIFE).sign(a_caller(clock)))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused_even_with_our_key(tokens: Tokens, clock: FakeClock, algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(signed(claims_of(tokens.sign(a_caller(clock))), algorithm=algorithm))


def test_an_unsigned_token_is_refused(tokens: Tokens, clock: FakeClock) -> None:
    unsigned = jwt.encode(claims_of(tokens.sign(a_caller(clock))), None, algorithm="none")
    with pytest.raises(Unauthenticated):
        tokens.read(unsigned)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "x" * 5000, "你好", "e30.e30.", "\x00"])
def test_nonsense_is_refused(tokens: Tokens, text: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(text)


def test_a_changed_token_is_refused(tokens: Tokens, clock: FakeClock) -> None:
    head, body, signature = tokens.sign(a_caller(clock)).split(".")
    forged = signed(claims_of(f"{head}.{body}.{signature}") | {"role": "teacher"}, "cd" * 32).split(".")[1]
    with pytest.raises(Unauthenticated):
        tokens.read(f"{head}.{forged}.{signature}")


def test_a_token_is_good_until_its_end_and_not_a_moment_longer(tokens: Tokens, clock: FakeClock) -> None:
    token = tokens.sign(a_caller(clock, expires_at=clock.now() + timedelta(minutes=15)))
    clock.advance(15 * 60 - 5)
    tokens.read(token)
    clock.advance(5)
    with pytest.raises(TokenExpired):
        tokens.read(token)


def test_a_clock_that_is_a_little_behind_reads_a_fresh_token(tokens: Tokens, clock: FakeClock) -> None:
    token = tokens.sign(a_caller(clock))
    clock.advance(-4)
    tokens.read(token)
    clock.advance(-10)
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_a_short_key_signs_nothing(clock: FakeClock) -> None:
    with pytest.raises(jwt.PyJWTError):
        Tokens("short", clock, LIFE).sign(a_caller(clock))


def test_secrets_are_long_random_and_stored_as_digests() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert min(map(len, secrets)) >= 43
    assert digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


def test_a_keyed_name_is_the_same_for_the_same_secret_only() -> None:
    assert keyed("s", "room") == keyed("s", "room") != keyed("t", "room") != keyed("s", "other")
    assert len(keyed("s", "room")) == 16
