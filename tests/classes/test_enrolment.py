"""Taking a roster into a class: good rows whole, bad ones with a reason, and the same roster again changes nothing."""

from pydantic import SecretStr

from tests.accounts.household import SECRET, Household
from tests.classes.test_service import join, new_class, of_school, student, teacher
from tutor.accounts.messages import SignIn
from tutor.classes.enrolment import Enrolment
from tutor.classes.messages import AddTeacher, ImportRoster, RosterTaken
from tutor.core.caller import Caller
from tutor.core.clock import new_id


async def take(house: Household, caller: Caller, class_id: str, *rows: str) -> RosterTaken:
    csv = "\n".join(["username,name,grade", *rows])
    enrolment = Enrolment(house.classes, house.accounts, house.clock, SECRET)
    return await enrolment.take(caller, class_id, ImportRoster(csv=csv))


def a_name() -> str:
    return f"pupil{new_id()}"


async def test_every_good_row_is_an_account_that_can_sign_in(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    ming, hong = a_name(), a_name()
    taken = await take(house, wang, shown.id, f"{ming},小明,7", f"{hong},小红,八年级")
    assert (taken.students, taken.refused) == (2, [])
    assert [one.username for one in taken.created] == [ming, hong]
    for one in taken.created:
        user = (await house.accounts.sign_in(SignIn(username=one.username, password=SecretStr(one.password)))).user
        assert (user.role, user.email, user.display_name) == ("student", None, one.display_name)
    roster = await house.classes.roster(wang, shown.id)
    assert [(one.display_name, one.grade) for one in roster.students] == [("小明", 7), ("小红", 8)]


async def test_bad_rows_are_listed_and_good_ones_taken(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    good = a_name()
    taken = await take(house, wang, shown.id, ",小明,7", f"{good},小红,7", "a b,小刚,7", f"{a_name()},{'长' * 41},7")
    assert [(one.line, one.problem) for one in taken.refused] == [
        (2, "username_missing"),
        (4, "username_invalid"),
        (5, "name_invalid"),
    ]
    assert [one.username for one in taken.created] == [good]


async def test_the_same_roster_again_changes_nothing_and_is_answered_alike(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    row = f"{a_name()},小明,7"
    first = await take(house, wang, shown.id, row)
    assert await take(house, wang, shown.id, row) == first
    assert len((await house.classes.roster(wang, shown.id)).students) == 1


async def test_a_first_password_is_told_no_more_once_it_was_changed(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    name = a_name()
    await take(house, wang, shown.id, f"{name},小明,7")
    await house.accounts.set_password(name, "the student's own")
    again = await take(house, wang, shown.id, f"{name},小明,7")
    assert (again.students, again.created, again.refused) == (1, [], [])


async def test_one_child_has_another_first_password_in_every_class_and_under_every_name(house: Household) -> None:
    wang = await teacher(house)
    one, two = await new_class(house, wang), await new_class(house, wang)
    taken = [*(await take(house, wang, one.id, f"{a_name()},小明,7", f"{a_name()},小明,7")).created]
    taken += (await take(house, wang, two.id, f"{a_name()},小明,7")).created
    assert len({each.password for each in taken}) == 3


async def test_a_roster_that_broke_off_goes_on_where_it_was(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    rows = [f"{a_name()},{name},7" for name in ("小明", "小红")]
    whole = await take(house, wang, shown.id, *rows)
    ming, _ = (await house.classes.roster(wang, shown.id)).students
    await house.classes.remove_student(wang, shown.id, ming.id)  # as if the server had died before this
    assert await take(house, wang, shown.id, *rows) == whole
    await house.classes.remove_student(wang, shown.id, ming.id)
    house.clock.advance(hours=2)
    late = await take(house, wang, shown.id, *rows)
    assert [(each.line, each.problem) for each in late.refused] == [(2, "username_taken")]


async def test_nobody_gets_at_a_child_by_its_username(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    shown = await new_class(house, wang)
    name = (await house.accounts.me(ming)).username
    taken = await take(house, wang, shown.id, f"{name},小明,7")
    assert [one.problem for one in taken.refused] == ["username_taken"]
    assert not await house.classes.teaches(wang.id, ming.id)


async def test_a_student_of_the_teacher_is_taken_into_another_class(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    await join(house, ming, await new_class(house, wang))
    other = await new_class(house, wang, "竞赛班")
    taken = await take(house, wang, other.id, f"{(await house.accounts.me(ming)).username},小明,7")
    assert (taken.students, taken.created) == (1, [])
    assert other.id in await house.classes.class_ids_of(ming.id)


async def test_a_roster_puts_its_new_students_into_the_school(house: Household) -> None:
    school = (await house.schools.create("一中")).id
    wang = await of_school(house, school)
    shown = await new_class(house, wang)
    name = a_name()
    await take(house, wang, shown.id, f"{name},小明,7")
    found = await house.accounts.find(name)
    assert found is not None
    assert found.school_id == school


async def test_a_student_of_another_school_is_taken_from_no_roster(house: Household) -> None:
    one, two = [(await house.schools.create(name)).id for name in ("一中", "二中")]
    ming = await student(house)
    await join(house, ming, await new_class(house, await of_school(house, one)))
    name = (await house.accounts.me(ming)).username
    for role in ("teacher", "admin"):
        shown = await new_class(house, await of_school(house, two))
        caller = await of_school(house, two, role)
        if role == "teacher":
            await house.classes.add_teacher(
                await of_school(house, two, "admin"),
                shown.id,
                AddTeacher(username=(await house.accounts.me(caller)).username),
            )
        taken = await take(house, caller, shown.id, f"{name},小明,7")
        assert [each.problem for each in taken.refused] == ["username_taken"]
        assert shown.id not in await house.classes.class_ids_of(ming.id)


async def test_an_admin_takes_students_of_the_school_into_any_of_its_classes(house: Household) -> None:
    school = (await house.schools.create("一中")).id
    wang, admin, ming = await of_school(house, school), await of_school(house, school, "admin"), await student(house)
    free = await student(house)
    await join(house, ming, await new_class(house, wang))
    other = await new_class(house, await of_school(house, school), "竞赛班")
    names = [(await house.accounts.me(one)).username for one in (ming, free)]
    taken = await take(house, admin, other.id, f"{names[0]},小明,7", f"{names[1]},小红,7")
    assert (taken.students, [each.problem for each in taken.refused]) == (1, ["username_taken"])
