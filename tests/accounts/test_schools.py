"""Schools: who founds them, who invites whom into them, and what an admin reads of their people."""

import pytest

from tests.accounts.household import Household
from tutor.accounts.messages import ListPeople
from tutor.accounts.models import School
from tutor.core.caller import Caller
from tutor.core.clock import new_id
from tutor.core.errors import NotAllowed, NotFound


async def a_school(house: Household, name: str = "实验中学") -> tuple[School, Caller]:
    """A school and its admin."""
    school = await house.schools.create(name)
    return school, await house.caller(await house.appointed("admin", school.id))


async def test_schools_are_listed_the_oldest_first(house: Household) -> None:
    made = [await house.schools.create(name) for name in ("一中", "二中")]
    assert await house.schools.all() == made
    assert await house.schools.get(made[1].id) == made[1]
    with pytest.raises(NotFound):
        await house.schools.get(new_id())


async def test_an_operator_invites_an_admin_who_invites_teachers_who_invite_teachers(house: Household) -> None:
    school = await house.schools.create("实验中学")
    operator = await house.caller(await house.appointed("operator", None))
    code = (await house.schools.invite_admin(operator, school.id)).code
    admin = await house.student(invitation=code, grade=None)
    assert (admin.user.role, admin.user.school_id) == ("admin", school.id)
    code = (await house.schools.invite_teacher(await house.caller(admin))).code
    first = await house.student(invitation=code, grade=None)
    assert (first.user.role, first.user.school_id) == ("teacher", school.id)
    code = (await house.accounts.invite(await house.caller(first))).code
    second = await house.student(invitation=code, grade=None)
    assert (second.user.role, second.user.school_id) == ("teacher", school.id)


async def test_nobody_is_invited_into_a_school_that_is_not_there(house: Household) -> None:
    operator = await house.caller(await house.appointed("operator", None))
    with pytest.raises(NotFound):
        await house.schools.invite_admin(operator, new_id())


@pytest.mark.parametrize("role", ["teacher", "operator"])
async def test_only_an_admin_reads_a_school(house: Household, role: str) -> None:
    school, _ = await a_school(house)
    caller = await house.caller(await house.appointed(role, school.id))  # type: ignore[arg-type]  # one of the roles
    for attempt in (
        house.schools.of_admin(caller),
        house.schools.people(caller, ListPeople()),
        house.schools.invite_teacher(caller),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_an_admin_invites_no_admin(house: Household) -> None:
    school, admin = await a_school(house)
    with pytest.raises(NotAllowed):
        await house.schools.invite_admin(admin, school.id)


async def test_an_admin_without_a_school_finds_none(house: Household) -> None:
    admin = await house.caller(await house.appointed("admin", None))
    with pytest.raises(NotFound):
        await house.schools.of_admin(admin)


async def test_people_come_in_pages_of_one_role_or_all_and_of_no_other_school(house: Household) -> None:
    school, admin = await a_school(house)
    other, _ = await a_school(house)
    teachers = [(await house.appointed("teacher", school.id)).user for _ in range(3)]
    await house.appointed("teacher", other.id)
    await house.appointed("teacher", None)
    first = await house.schools.people(admin, ListPeople(limit=3))
    rest = await house.schools.people(admin, ListPeople(limit=3, cursor=first.next))
    assert [one.id for one in [*first.items, *rest.items]] == [admin.id, *(user.id for user in teachers)]
    assert rest.next is None
    only = await house.schools.people(admin, ListPeople(role="teacher"))
    assert [one.username for one in only.items] == [user.username for user in teachers]
    assert (await house.schools.people(admin, ListPeople(role="student"))).items == []


async def test_a_student_enters_a_school_once(house: Household) -> None:
    first, second = await house.schools.create("一中"), await house.schools.create("二中")
    student = (await house.student()).user
    assert await house.accounts.enter_school(student.id, first.id)
    assert await house.accounts.enter_school(student.id, first.id)
    assert not await house.accounts.enter_school(student.id, second.id)
    assert (await house.accounts.user(student.id)).school_id == first.id
