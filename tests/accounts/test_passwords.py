"""Password hashing: what fits, what does not, and that nobody learns from the time it takes."""

import asyncio
import statistics
import threading
import time

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from tests.accounts.household import cheap_passwords
from tutor.accounts.passwords import AT_ONCE, Passwords


async def test_a_password_fits_its_own_hash() -> None:
    passwords = cheap_passwords()
    assert await passwords.fits(await passwords.hash("正确的密码 123"), "正确的密码 123")


@pytest.mark.parametrize("other", ["正确的密码 124", "", "正确的密码 123 ", "x" * 128])
async def test_another_password_does_not_fit(other: str) -> None:
    passwords = cheap_passwords()
    assert not await passwords.fits(await passwords.hash("正确的密码 123"), other)


async def test_nobody_has_a_password_not_even_the_stand_in() -> None:
    assert not await cheap_passwords().fits(None, "nobody has this password")


async def test_a_damaged_hash_fits_nothing() -> None:
    assert not await cheap_passwords().fits("$argon2id$damaged", "whatever")


async def test_the_same_keys_fit_however_a_device_composes_them() -> None:
    passwords = cheap_passwords()
    assert await passwords.fits(await passwords.hash("café１２３"), "cafe\N{COMBINING ACUTE ACCENT}123")


async def test_hashes_are_argon2id_with_the_recommended_parameters() -> None:
    parameters = extract_parameters(await Passwords().hash("secret words"))
    assert (parameters.type, parameters.memory_cost, parameters.time_cost) == (Type.ID, 19_456, 2)


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    cheap = await cheap_passwords().hash("secret words")
    assert Passwords().is_outdated(cheap)
    assert not cheap_passwords().is_outdated(cheap)


async def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords()
    stored = await passwords.hash("secret words")

    async def processor_time(of: str | None) -> float:
        async def once() -> float:
            started = time.process_time()
            await passwords.fits(of, "a wrong one")
            return time.process_time() - started

        return statistics.median([await once() for _ in range(7)])

    known, unknown = await processor_time(stored), await processor_time(None)
    assert unknown > known / 3


async def test_only_a_few_hashes_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = cheap_passwords()
    at_once, most, lock = 0, 0, threading.Lock()
    verify = passwords._verify

    def counted(stored: str, password: str) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        try:
            return verify(stored, password)
        finally:
            with lock:
                at_once -= 1

    monkeypatch.setattr(passwords, "_verify", counted)
    await asyncio.gather(*(passwords.fits(None, "x") for _ in range(40)))
    assert 1 <= most <= AT_ONCE
