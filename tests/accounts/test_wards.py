"""Guardians' wards and the codes that they come with: whose they are, how long they are good, and their races."""

import asyncio

import pytest

from tests.accounts.household import SETTINGS, Household
from tutor.accounts.errors import InvitationInvalid, UsernameTaken
from tutor.accounts.messages import AddWard
from tutor.core.caller import Caller
from tutor.core.clock import new_id
from tutor.core.errors import NotAllowed, NotFound


async def a_child(house: Household, name: str = "小明") -> Caller:
    return await house.caller(await house.student(display_name=name))


async def a_code(house: Household, child: Caller) -> str:
    teacher = await house.caller(await house.teacher())
    return (await house.tickets.for_guardian(teacher, child.id)).code


async def a_guardian(house: Household, child: Caller) -> Caller:
    return await house.caller(await house.student(guardian_code=await a_code(house, child), grade=None))


async def test_a_code_is_written_in_groups_that_people_can_copy(house: Household) -> None:
    code = await a_code(house, await a_child(house))
    assert [len(group) for group in code.split("-")] == [4, 4, 4]


async def test_a_code_ends_after_its_days(house: Household) -> None:
    code = await a_code(house, await a_child(house))
    house.clock.advance(days=SETTINGS.invitation_days)
    with pytest.raises(InvitationInvalid):
        await house.student(guardian_code=code, grade=None)


async def test_a_teachers_invitation_makes_no_guardian_and_a_guardians_code_no_teacher(house: Household) -> None:
    invitation = (await house.accounts.invite(await house.caller(await house.teacher()))).code
    code = await a_code(house, await a_child(house))
    for wrong in ({"guardian_code": invitation}, {"invitation": code}, {"invitation": code.replace("-", "")}):
        with pytest.raises(InvitationInvalid):
            await house.student(**wrong, grade=None)
    assert (await house.student(invitation=invitation, grade=None)).user.role == "teacher"
    assert (await house.student(guardian_code=code, grade=None)).user.role == "guardian"


async def test_a_code_is_not_used_up_by_a_taken_name(house: Household) -> None:
    child = await a_child(house)
    code = await a_code(house, child)
    taken = (await house.accounts.me(child)).username
    with pytest.raises(UsernameTaken):
        await house.student(guardian_code=code, grade=None, username=taken)
    assert (await house.student(guardian_code=code, grade=None)).user.role == "guardian"


async def test_of_ten_guardians_with_one_code_at_once_exactly_one_gets_the_ward(house: Household) -> None:
    first, second = await a_child(house), await a_child(house)
    guardians = [await a_guardian(house, first) for _ in range(10)]
    code = AddWard(code=await a_code(house, second))
    done = await asyncio.gather(*(house.wards.add(one, code) for one in guardians), return_exceptions=True)
    assert sum(isinstance(one, InvitationInvalid) for one in done) == 9
    assert sum([await house.wards.has(one.id, second.id) for one in guardians]) == 1


@pytest.mark.parametrize("role", ["teacher", "admin", "operator", "student"])
async def test_only_guardians_have_wards(house: Household, role: str) -> None:
    child = await a_child(house)
    code = await a_code(house, child)
    admission = await (house.student() if role == "student" else house.appointed(role, None))  # type: ignore[arg-type]  # one of them
    with pytest.raises(NotAllowed):
        await house.wards.add(await house.caller(admission), AddWard(code=code))


async def test_wards_are_listed_by_name_and_left_one_by_one(house: Household) -> None:
    ming, hong = await a_child(house, "b"), await a_child(house, "a")
    ma = await a_guardian(house, ming)
    await house.wards.add(ma, AddWard(code=await a_code(house, hong)))
    assert [(ward.student_id, ward.display_name) for ward in await house.wards.list_own(ma)] == [
        (hong.id, "a"),
        (ming.id, "b"),
    ]
    await house.wards.remove(ma, ming.id)
    assert await house.wards.student_ids(ma.id) == [hong.id]
    with pytest.raises(NotFound):
        await house.wards.remove(ma, ming.id)


async def test_many_pairs_are_looked_up_at_once(house: Household) -> None:
    ming, hong = await a_child(house), await a_child(house)
    ma, ba = await a_guardian(house, ming), await a_guardian(house, hong)
    asked = {(ma.id, ming.id), (ma.id, hong.id), (ba.id, hong.id), (ba.id, new_id())}
    assert await house.wards.there(asked) == {(ma.id, ming.id), (ba.id, hong.id)}
    assert await house.wards.there([]) == frozenset()
