"""The documents of accounts: their indexes, and what a filter may hold."""

import pytest

from tests.accounts.household import Household
from tutor.accounts.errors import EmailTaken
from tutor.accounts.models import folded
from tutor.core.mongo import Database


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ming", "ming"), ("Ｍｉｎｇ", "ming"), ("STRASSE", "straße"), ("İ", "i̇"), ("小明", "小明"), ("ﬁsh", "FISH")],
)
def test_names_that_look_the_same_fold_to_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize("name", ["Ｍｉｎｇ", "İstanbul", "ﬁ", "ǅ", "Ω", "ẛ̣"])
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert folded(folded(name)) == folded(name)


async def test_old_sessions_and_invitations_leave_by_themselves(house: Household, database: Database) -> None:
    for name in ("sessions", "invitations"):
        indexes = await database[name].index_information()
        assert indexes["expires_at_1"]["expireAfterSeconds"] == 0


async def test_every_filter_of_users_and_sessions_has_an_index(house: Household, database: Database) -> None:
    indexed = {name: set(await database[name].index_information()) for name in ("users", "sessions")}
    assert {"username_key_1", "email_key_1"} <= indexed["users"]
    assert {"user_id_1", "expires_at_1"} <= indexed["sessions"]


async def test_preparing_twice_changes_nothing(house: Household, database: Database) -> None:
    before = await database["users"].index_information()
    await house.users.prepare()
    assert await database["users"].index_information() == before


async def test_an_address_that_was_given_up_is_free_for_somebody_else(house: Household) -> None:
    first, second = (await house.student()).user, (await house.student()).user
    moved = {"display_name": None, "grade": None, "language": None}
    await house.users.update(first.id, house.clock.now(), email="new@example.com", **moved)
    changed = await house.users.update(second.id, house.clock.now(), email=first.email, **moved)
    assert changed is not None
    assert changed.email == first.email


async def test_an_address_can_be_changed_there_and_back(house: Household) -> None:
    user = (await house.student()).user
    moved = {"display_name": None, "grade": None, "language": None}
    await house.users.update(user.id, house.clock.now(), email="away@example.com", **moved)
    back = await house.users.update(user.id, house.clock.now(), email=user.email, **moved)
    assert back is not None
    assert back.email == user.email


async def test_an_address_left_over_by_a_crash_is_free_after_a_minute(house: Household, database: Database) -> None:
    address = {"_id": "lost@example.com", "user_id": "nobody", "taken_at": house.clock.now()}
    await database["email_addresses"].insert_one(address)
    with pytest.raises(EmailTaken):
        await house.student(email="lost@example.com")
    house.clock.advance(minutes=2)
    assert (await house.student(email="lost@example.com")).user.email == "lost@example.com"
