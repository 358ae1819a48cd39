"""Guardians of a class's students: who gives out their codes, sees them and ends it."""

import pytest

from tests.accounts.household import Household
from tests.classes.test_service import join, new_class, student, teacher
from tutor.accounts.errors import InvitationInvalid
from tutor.accounts.messages import AddWard
from tutor.classes.guardians import Guardianship
from tutor.classes.messages import AddTeacher, UpdateClass
from tutor.core.caller import Caller
from tutor.core.errors import NotFound


def guardianship(house: Household) -> Guardianship:
    house.tickets.ask_who_teaches(house.classes.teaches)
    return Guardianship(house.classes, house.accounts, house.wards, house.tickets)


async def a_class_with_a_student(house: Household) -> tuple[Caller, Caller, str]:
    wang, ming = await teacher(house), await student(house)
    shown = await new_class(house, wang)
    await join(house, ming, shown)
    return wang, ming, shown.id


async def a_guardian(house: Household, code: str, name: str = "妈妈") -> Caller:
    return await house.caller(await house.student(guardian_code=code, grade=None, display_name=name))


async def test_a_code_opens_the_account_of_a_guardian_with_one_ward(house: Household) -> None:
    wang, ming, class_id = await a_class_with_a_student(house)
    code = (await guardianship(house).invite(wang, class_id, ming.id)).code
    ma = await a_guardian(house, code.lower().replace("-", " "))
    user = await house.accounts.me(ma)
    assert (ma.role, user.grade, user.school_id) == ("guardian", None, None)
    assert [ward.student_id for ward in await house.wards.list_own(ma)] == [ming.id]
    assert await house.wards.has(ma.id, ming.id)
    with pytest.raises(InvitationInvalid):
        await a_guardian(house, code)


async def test_a_guardian_has_one_more_ward_with_one_more_code(house: Household) -> None:
    wang, ming, class_id = await a_class_with_a_student(house)
    hong = await student(house, "小红")
    await join(house, hong, (await house.classes.list_own(wang))[0])
    ma = await a_guardian(house, (await guardianship(house).invite(wang, class_id, ming.id)).code)
    for _ in range(2):  # a second code for the same child adds nothing
        code = (await guardianship(house).invite(wang, class_id, hong.id)).code
        assert (await house.wards.add(ma, AddWard(code=code))).student_id == hong.id
    assert sorted(await house.wards.student_ids(ma.id)) == sorted([ming.id, hong.id])


async def test_nobody_else_gives_out_a_code(house: Household) -> None:
    wang, ming, class_id = await a_class_with_a_student(house)
    house_of = guardianship(house)
    for caller in (await teacher(house), ming, await student(house)):
        with pytest.raises(NotFound):
            await house_of.invite(caller, class_id, ming.id)
    with pytest.raises(NotFound):
        await house_of.invite(wang, class_id, (await student(house)).id)
    await house.classes.update(wang, class_id, UpdateClass(archived=True))
    with pytest.raises(NotFound):
        await house_of.invite(wang, class_id, ming.id)


@pytest.mark.parametrize("end", ["removed", "archived", "another teacher has the class"])
async def test_a_code_of_somebody_who_teaches_the_student_no_more_is_worthless(house: Household, end: str) -> None:
    wang, ming, class_id = await a_class_with_a_student(house)
    ma = await a_guardian(house, (await guardianship(house).invite(wang, class_id, ming.id)).code)
    code = (await guardianship(house).invite(wang, class_id, ming.id)).code
    if end == "removed":
        await house.classes.remove_student(wang, class_id, ming.id)
    elif end == "archived":
        await house.classes.update(wang, class_id, UpdateClass(archived=True))
    else:
        li = (await house.accounts.me(await teacher(house))).username
        await house.classes.add_teacher(wang, class_id, AddTeacher(username=li))
        await house.classes.remove_teacher(wang, class_id, wang.id)
    with pytest.raises(InvitationInvalid):
        await a_guardian(house, code)
    with pytest.raises(InvitationInvalid):
        await house.wards.add(ma, AddWard(code=code))
    assert [ward.student_id for ward in await house.wards.list_own(ma)] == [ming.id]


async def test_nobody_sees_or_ends_guardians_by_way_of_an_archived_class(house: Household) -> None:
    wang, ming, class_id = await a_class_with_a_student(house)
    ma = await a_guardian(house, (await guardianship(house).invite(wang, class_id, ming.id)).code)
    await house.classes.update(wang, class_id, UpdateClass(archived=True))
    with pytest.raises(NotFound):
        await guardianship(house).list_of(wang, class_id, ming.id)
    with pytest.raises(NotFound):
        await guardianship(house).remove(wang, class_id, ming.id, ma.id)
    assert await house.wards.has(ma.id, ming.id)


async def test_guardians_are_seen_by_the_teacher_who_may_end_it(house: Household) -> None:
    wang, ming, class_id = await a_class_with_a_student(house)
    ma = await a_guardian(house, (await guardianship(house).invite(wang, class_id, ming.id)).code)
    shown = await guardianship(house).list_of(wang, class_id, ming.id)
    assert [(one.id, one.display_name) for one in shown.items] == [(ma.id, "妈妈")]
    with pytest.raises(NotFound):
        await guardianship(house).remove(wang, class_id, ming.id, wang.id)
    assert (await guardianship(house).remove(wang, class_id, ming.id, ma.id)).items == []
    assert not await house.wards.has(ma.id, ming.id)


async def test_guardians_are_nobody_elses_business(house: Household) -> None:
    wang, ming, class_id = await a_class_with_a_student(house)
    ma = await a_guardian(house, (await guardianship(house).invite(wang, class_id, ming.id)).code)
    for caller in (await teacher(house), ming, ma):
        with pytest.raises(NotFound):
            await guardianship(house).list_of(caller, class_id, ming.id)
        with pytest.raises(NotFound):
            await guardianship(house).remove(caller, class_id, ming.id, ma.id)
