"""The verbs of classes, and who may see what of them."""

import asyncio
from itertools import chain, repeat

import pytest

from tests.accounts.household import Household
from tutor.classes.errors import ClassCodeUnknown, LastTeacher, OtherSchool, TeacherUnknown
from tutor.classes.messages import (
    AddTeacher,
    ClassView,
    CreateClass,
    HoursView,
    JoinClass,
    MoveStudent,
    PolicyHours,
    PolicyView,
    RotateCode,
    UpdateClass,
    UpdatePolicy,
)
from tutor.classes.models import JoinCode
from tutor.classes.service import Classes
from tutor.classes.store import ClassStore
from tutor.core.caller import Caller, Role
from tutor.core.clock import new_id
from tutor.core.errors import NotAllowed, NotFound
from tutor.core.mongo import Database


async def teacher(house: Household, name: str = "王老师") -> Caller:
    return await house.caller(await house.teacher(display_name=name))


async def student(house: Household, name: str = "小明", grade: int = 7) -> Caller:
    return await house.caller(await house.student(display_name=name, grade=grade))


async def new_class(house: Household, caller: Caller, name: str = "七年级一班") -> ClassView:
    return await house.classes.create(caller, CreateClass(name=name))


async def join(house: Household, caller: Caller, shown: ClassView) -> ClassView:
    assert shown.code is not None
    return await house.classes.join(caller, JoinClass(code=shown.code))


async def test_a_teacher_opens_a_class_and_sees_its_code(house: Household) -> None:
    wang = await teacher(house)
    shown = await house.classes.create(wang, CreateClass(name="七年级一班", subject="数学", grade=7))
    assert (shown.name, shown.subject, shown.grade) == ("七年级一班", "数学", 7)
    assert (shown.teachers, shown.students) == (["王老师"], 0)
    assert shown.code is not None
    assert await house.classes.list_own(wang) == [shown]


async def test_a_student_opens_no_class(house: Household) -> None:
    with pytest.raises(NotAllowed):
        await new_class(house, await student(house))


async def test_a_code_that_is_taken_is_drawn_again(house: Household, database: Database) -> None:
    wang = await teacher(house)
    codes = chain(repeat("AAAAAA", 4), repeat("BBBBBB"))
    classes = Classes(ClassStore(database), house.accounts, house.clock, make_code=lambda: next(codes))
    first, second = [await classes.create(wang, CreateClass(name=name)) for name in ("一", "二")]
    assert (first.code, second.code) == ("AAAAAA", "BBBBBB")
    assert first.id != second.id


async def test_a_student_joins_and_does_not_see_the_code(house: Household) -> None:
    shown = await new_class(house, await teacher(house))
    ming = await student(house)
    joined = await join(house, ming, shown)
    assert joined == shown.model_copy(update={"code": None, "students": 1})
    assert await house.classes.list_own(ming) == [joined]


async def test_a_code_works_in_any_case_and_with_spaces(house: Household) -> None:
    shown = await new_class(house, await teacher(house))
    assert shown.code is not None
    typed = f"{shown.code[:3].lower()} {shown.code[3:].lower()}"
    joined = await house.classes.join(await student(house), JoinClass(code=typed))
    assert joined.id == shown.id


@pytest.mark.parametrize("code", ["ZZZZZZ", "0000", "$gt$gt", "......", "null"])
async def test_an_unknown_code_joins_nothing(house: Household, code: str) -> None:
    await new_class(house, await teacher(house))
    with pytest.raises(ClassCodeUnknown):
        await house.classes.join(await student(house), JoinClass(code=code))


async def test_a_teacher_joins_no_class(house: Household) -> None:
    shown = await new_class(house, await teacher(house))
    with pytest.raises(NotAllowed):
        await join(house, await teacher(house), shown)


async def test_joining_again_changes_nothing(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    ming = await student(house)
    first = await join(house, ming, shown)
    assert await join(house, ming, shown) == first
    assert len((await house.classes.roster(wang, shown.id)).students) == 1


async def test_twenty_taps_on_join_at_once_make_one_member(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    ming = await student(house)
    await asyncio.gather(*(join(house, ming, shown) for _ in range(20)))
    roster = await house.classes.roster(wang, shown.id)
    assert [member.id for member in roster.students] == [ming.id]
    assert roster.class_.students == 1


async def test_a_whole_class_that_joins_at_once_is_counted_right(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    students = [await student(house) for _ in range(12)]
    await asyncio.gather(*(join(house, one, shown) for one in students))
    assert [one.students for one in await house.classes.list_own(wang)] == [12]


async def test_classes_are_listed_newest_first(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    for name in ("一", "二", "三"):
        shown = await new_class(house, wang, name)
        await join(house, ming, shown)
        house.clock.advance(seconds=1)
    for caller in (wang, ming):
        assert [one.name for one in await house.classes.list_own(caller)] == ["三", "二", "一"]


async def test_nobody_lists_the_classes_of_others(house: Household) -> None:
    await join(house, await student(house), await new_class(house, await teacher(house)))
    assert await house.classes.list_own(await teacher(house)) == []
    assert await house.classes.list_own(await student(house)) == []


async def test_the_roster_shows_students_in_the_order_they_joined(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    for name, grade in (("小红", 7), ("Lee", 8), ("阿明", 9)):
        await join(house, await student(house, name, grade), shown)
        house.clock.advance(seconds=1)
    roster = await house.classes.roster(wang, shown.id)
    assert [(one.display_name, one.grade) for one in roster.students] == [("小红", 7), ("Lee", 8), ("阿明", 9)]
    assert roster.class_.students == 3


async def test_only_its_own_teacher_reads_a_roster(house: Household) -> None:
    shown = await new_class(house, await teacher(house))
    ming = await student(house)
    await join(house, ming, shown)
    for caller in (await teacher(house), ming, await student(house)):
        with pytest.raises(NotFound):
            await house.classes.roster(caller, shown.id)


async def test_a_student_whose_id_stands_among_the_teachers_is_still_no_teacher(
    house: Household, database: Database
) -> None:
    shown = await new_class(house, await teacher(house))
    ming = await student(house)
    await database["classes"].update_one({"_id": shown.id}, {"$push": {"teacher_ids": ming.id}})
    with pytest.raises(NotFound):
        await house.classes.get_for_teacher(ming, shown.id)


@pytest.mark.parametrize("class_id", ["", "x", "0" * 24, "{}", '{"$ne": null}'])
async def test_a_class_that_is_not_there_is_not_found(house: Household, class_id: str) -> None:
    with pytest.raises(NotFound):
        await house.classes.roster(await teacher(house), class_id)


async def test_who_teaches_whom_follows_from_the_classes(house: Household) -> None:
    wang, li = await teacher(house), await teacher(house, "李老师")
    ming, hong = await student(house), await student(house, "小红")
    maths, physics = await new_class(house, wang, "数学"), await new_class(house, li, "物理")
    await join(house, ming, maths)
    await join(house, ming, physics)
    await join(house, hong, physics)
    classes = house.classes
    assert await classes.teaches(wang.id, ming.id)
    assert await classes.teaches(li.id, hong.id)
    assert not await classes.teaches(wang.id, hong.id)
    assert not await classes.teaches(ming.id, hong.id)
    assert not await classes.teaches(wang.id, new_id())
    assert set(await classes.class_ids_of(ming.id)) == {maths.id, physics.id}
    assert await classes.class_ids_of(wang.id) == []
    assert await classes.student_ids(physics.id) == [ming.id, hong.id]


async def test_a_former_teacher_sees_the_class_no_more(house: Household, database: Database) -> None:
    wang, ming = await teacher(house), await student(house)
    shown = await new_class(house, wang)
    await join(house, ming, shown)
    await database["classes"].update_one({"_id": shown.id}, {"$set": {"teacher_ids": [new_id()]}})
    assert await house.classes.list_own(wang) == []
    assert not await house.classes.teaches(wang.id, ming.id)
    with pytest.raises(NotFound):
        await house.classes.roster(wang, shown.id)
    assert (await house.classes.list_own(ming))[0].teachers == []


# Changing a class


async def test_a_class_is_renamed_and_keeps_everything_else(house: Household) -> None:
    wang = await teacher(house)
    shown = await house.classes.create(wang, CreateClass(name="一班", subject="math", grade=7))
    renamed = await house.classes.update(wang, shown.id, UpdateClass(name="二班"))
    assert renamed == shown.model_copy(update={"name": "二班"})
    assert await house.classes.update(wang, shown.id, UpdateClass()) == renamed


async def test_the_subject_and_the_grade_of_a_class_are_taken_away_with_null(house: Household) -> None:
    wang = await teacher(house)
    shown = await house.classes.create(wang, CreateClass(name="一班", subject="数学", grade=7))
    changed = await house.classes.update(wang, shown.id, UpdateClass(subject=None, grade=None))
    assert (changed.name, changed.subject, changed.grade) == ("一班", None, None)


async def test_an_archived_class_is_listed_last_joined_by_nobody_and_gives_no_right(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    old = await new_class(house, wang, "去年")
    await join(house, ming, old)
    house.clock.advance(seconds=-60)
    await new_class(house, wang, "今年")
    assert (await house.classes.update(wang, old.id, UpdateClass(archived=True))).archived
    assert [one.name for one in await house.classes.list_own(wang)] == ["今年", "去年"]
    assert not await house.classes.teaches(wang.id, ming.id)
    with pytest.raises(ClassCodeUnknown):
        await join(house, await student(house), old)
    assert not (await house.classes.update(wang, old.id, UpdateClass(archived=False))).archived
    assert await house.classes.teaches(wang.id, ming.id)


async def test_a_new_code_makes_the_old_one_worthless(house: Household) -> None:
    wang = await teacher(house)
    old = await new_class(house, wang)
    new = await house.classes.rotate_code(wang, old.id, RotateCode())
    assert new.code != old.code
    with pytest.raises(ClassCodeUnknown):
        await join(house, await student(house), old)
    assert (await join(house, await student(house), new)).students == 1


async def test_of_two_new_codes_at_once_the_one_that_is_shown_is_good(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    given = await asyncio.gather(*(house.classes.rotate_code(wang, shown.id, RotateCode()) for _ in range(6)))
    now = (await house.classes.list_own(wang))[0].code
    for code in {one.code for one in given} | {shown.code}:
        assert code is not None
        ming = await student(house)
        if code == now:
            await house.classes.join(ming, JoinClass(code=code))
            continue
        with pytest.raises(ClassCodeUnknown):
            await house.classes.join(ming, JoinClass(code=code))


async def test_an_old_code_opens_nothing_although_its_end_was_lost(house: Household, database: Database) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    assert shown.code is not None
    await house.classes.rotate_code(wang, shown.id, RotateCode())
    await ClassStore(database).add_code(JoinCode(shown.code, shown.id, None))
    with pytest.raises(ClassCodeUnknown):
        await join(house, await student(house), shown)


async def test_a_code_with_an_end_opens_nothing_after_it(house: Household) -> None:
    wang = await teacher(house)
    shown = await house.classes.rotate_code(wang, (await new_class(house, wang)).id, RotateCode(days=2))
    house.clock.advance(days=1.9)
    await join(house, await student(house), shown)
    house.clock.advance(days=0.2)
    with pytest.raises(ClassCodeUnknown):
        await join(house, await student(house), shown)


async def test_a_second_teacher_has_the_class_like_the_first(house: Household) -> None:
    wang, li, ming = await teacher(house), await teacher(house, "李老师"), await student(house)
    shown = await new_class(house, wang)
    await join(house, ming, shown)
    name = (await house.accounts.me(li)).username
    roster = await house.classes.add_teacher(wang, shown.id, AddTeacher(username=name.upper()))
    assert [one.display_name for one in roster.teachers] == ["王老师", "李老师"]
    assert await house.classes.teaches(li.id, ming.id)
    assert (await house.classes.remove_teacher(li, shown.id, wang.id)).teachers == ["李老师"]
    assert not await house.classes.teaches(wang.id, ming.id)


async def test_the_last_teacher_stays_even_when_two_leave_at_once(house: Household) -> None:
    wang, li = await teacher(house), await teacher(house)
    shown = await new_class(house, wang)
    with pytest.raises(LastTeacher):
        await house.classes.remove_teacher(wang, shown.id, wang.id)
    await house.classes.add_teacher(wang, shown.id, AddTeacher(username=(await house.accounts.me(li)).username))
    leaving = (house.classes.remove_teacher(one, shown.id, one.id) for one in (wang, li))
    left = await asyncio.gather(*leaving, return_exceptions=True)
    assert sum(isinstance(one, LastTeacher) for one in left) == 1


async def test_nobody_but_a_teacher_is_added_as_one(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    shown = await new_class(house, wang)
    for name in ((await house.accounts.me(ming)).username, "nobody.here"):
        with pytest.raises(TeacherUnknown):
            await house.classes.add_teacher(wang, shown.id, AddTeacher(username=name))


async def test_a_removed_student_is_taught_no_more(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    shown = await new_class(house, wang)
    await join(house, ming, shown)
    assert (await house.classes.remove_student(wang, shown.id, ming.id)).students == []
    assert not await house.classes.teaches(wang.id, ming.id)
    with pytest.raises(NotFound):
        await house.classes.remove_student(wang, shown.id, ming.id)


async def test_a_student_is_moved_between_classes_of_one_teacher_only(house: Household) -> None:
    wang, li, ming = await teacher(house), await teacher(house), await student(house)
    first, second, foreign = [await new_class(house, one) for one in (wang, wang, li)]
    await join(house, ming, first)
    with pytest.raises(NotFound):
        await house.classes.move_student(wang, first.id, ming.id, MoveStudent(class_id=foreign.id))
    await house.classes.move_student(wang, first.id, ming.id, MoveStudent(class_id=second.id))
    assert await house.classes.class_ids_of(ming.id) == [second.id]


@pytest.mark.parametrize("who", ["another teacher", "a student of it"])
async def test_nobody_else_changes_a_class(house: Household, who: str) -> None:
    shown = await new_class(house, await teacher(house))
    caller = await (teacher(house) if who == "another teacher" else student(house))
    if who == "a student of it":
        await join(house, caller, shown)
    classes = house.classes
    for attempt in (
        classes.update(caller, shown.id, UpdateClass(name="x")),
        classes.rotate_code(caller, shown.id, RotateCode()),
        classes.remove_student(caller, shown.id, caller.id),
        classes.add_teacher(caller, shown.id, AddTeacher(username="x")),
        classes.remove_teacher(caller, shown.id, caller.id),
    ):
        with pytest.raises(NotFound):
            await attempt


# Schools


async def of_school(house: Household, school: str | None, role: Role = "teacher") -> Caller:
    return await house.caller(await house.appointed(role, school, display_name="李老师"))


async def test_the_first_class_gives_a_student_its_school(house: Household) -> None:
    school = (await house.schools.create("一中")).id
    wang, ming = await of_school(house, school), await student(house)
    shown = await new_class(house, wang)
    assert shown.school_id == school
    assert (await join(house, ming, shown)).school_id == school
    assert (await house.accounts.me(ming)).school_id == school


async def test_a_class_of_another_school_is_joined_by_nobody(house: Household) -> None:
    one, two = [(await house.schools.create(name)).id for name in ("一中", "二中")]
    ming = await student(house)
    await join(house, ming, await new_class(house, await of_school(house, one)))
    foreign = await new_class(house, await of_school(house, two))
    with pytest.raises(OtherSchool):
        await join(house, ming, foreign)
    assert foreign.id not in await house.classes.class_ids_of(ming.id)
    await join(house, ming, await new_class(house, await of_school(house, one), "竞赛班"))
    assert len(await house.classes.class_ids_of(ming.id)) == 2


@pytest.mark.parametrize("end", ["removed", "archived"])
async def test_a_student_whom_a_school_has_let_go_joins_another(house: Household, end: str) -> None:
    one, two = [(await house.schools.create(name)).id for name in ("一小", "二中")]
    wang, li, ming = await of_school(house, one), await of_school(house, two), await student(house)
    old, new = await new_class(house, wang), await new_class(house, li)
    await join(house, ming, old)
    if end == "removed":
        await house.classes.remove_student(wang, old.id, ming.id)
    else:
        await house.classes.update(wang, old.id, UpdateClass(archived=True))
    assert (await join(house, ming, new)).id == new.id
    assert (await house.accounts.me(ming)).school_id == two
    await house.classes.update(wang, old.id, UpdateClass(archived=False))
    assert not await house.classes.teaches(wang.id, ming.id)
    with pytest.raises(OtherSchool):
        await join(house, ming, old)


@pytest.mark.parametrize("had_one", [True, False])
async def test_of_two_schools_joined_at_once_one_gets_the_student(house: Household, had_one: bool) -> None:
    schools = [(await house.schools.create("x")).id for _ in range(3)]
    old, *made = [await new_class(house, await of_school(house, one)) for one in schools]
    ming = await student(house)
    if had_one:
        await join(house, ming, old)
        await house.classes.update(await of_school(house, schools[0], "admin"), old.id, UpdateClass(archived=True))
    done = await asyncio.gather(*(join(house, ming, one) for one in made), return_exceptions=True)
    assert sum(isinstance(one, OtherSchool) for one in done) == 1
    assert len(await house.classes.class_ids_of(ming.id)) == 1


@pytest.mark.parametrize("schools", [("一中", "二中"), ("一中", None), (None, "二中")])
async def test_a_teacher_of_another_school_is_unknown_here(house: Household, schools: tuple[str | None, ...]) -> None:
    one, two = [(await house.schools.create(name)).id if name else None for name in schools]
    wang, li = await of_school(house, one), await of_school(house, two)
    shown = await new_class(house, wang)
    with pytest.raises(TeacherUnknown):
        await house.classes.add_teacher(wang, shown.id, AddTeacher(username=(await house.accounts.me(li)).username))


async def test_an_admin_manages_the_classes_of_the_school_and_of_no_other(house: Household) -> None:
    one, two = [(await house.schools.create(name)).id for name in ("一中", "二中")]
    wang, li, ming = await of_school(house, one), await of_school(house, one), await student(house)
    shown = await new_class(house, wang)
    await join(house, ming, shown)
    admin, stranger = await of_school(house, one, "admin"), await of_school(house, two, "admin")
    nowhere = await of_school(house, None, "admin")
    name = (await house.accounts.me(li)).username
    classes = house.classes
    assert [(each.id, each.code) for each in await classes.of_school(admin)] == [(shown.id, shown.code)]
    assert await classes.of_school(stranger) == await classes.of_school(nowhere) == []
    assert len((await classes.add_teacher(admin, shown.id, AddTeacher(username=name))).teachers) == 2
    assert (await classes.remove_teacher(admin, shown.id, wang.id)).teachers == ["李老师"]
    assert (await classes.update(admin, shown.id, UpdateClass(name="二班"))).name == "二班"
    assert (await classes.remove_student(admin, shown.id, ming.id)).students == []
    for other in (stranger, nowhere):
        for attempt in (
            classes.roster(other, shown.id),
            classes.update(other, shown.id, UpdateClass(name="x")),
            classes.rotate_code(other, shown.id, RotateCode()),
            classes.add_teacher(other, shown.id, AddTeacher(username=name)),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_an_admin_of_no_school_manages_no_class_without_one(house: Household) -> None:
    shown = await new_class(house, await teacher(house))
    with pytest.raises(NotFound):
        await house.classes.roster(await of_school(house, None, "admin"), shown.id)


async def test_an_admin_teaches_nobody_and_watches_nothing(house: Household) -> None:
    school = (await house.schools.create("一中")).id
    ming = await student(house)
    shown = await new_class(house, await of_school(house, school))
    await join(house, ming, shown)
    admin = await of_school(house, school, "admin")
    assert not await house.classes.teaches(admin.id, ming.id)
    with pytest.raises(NotFound):
        await house.classes.get_active(admin, shown.id)


async def test_an_archived_class_is_read_but_not_watched(house: Household) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    assert (await house.classes.get_active(wang, shown.id)).id == shown.id
    await house.classes.update(wang, shown.id, UpdateClass(archived=True))
    assert (await house.classes.roster(wang, shown.id)).class_.archived
    with pytest.raises(NotFound):
        await house.classes.get_active(wang, shown.id)


async def test_a_student_who_is_moved_to_where_they_are_stays(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    shown = await new_class(house, wang)
    await join(house, ming, shown)
    roster = await house.classes.move_student(wang, shown.id, ming.id, MoveStudent(class_id=shown.id))
    assert [one.id for one in roster.students] == [ming.id]


# The policy


async def test_a_policy_is_changed_in_part_and_shown_to_the_students(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    shown = await new_class(house, wang)
    await join(house, ming, shown)
    assert shown.policy == PolicyView(
        modes=["guide", "explain"], hint_cap=5, exam=False, hours=None, daily_replies=None
    )
    hours = PolicyHours(days=[1, 2], start="08:00", end="12:00", zone="Asia/Shanghai")
    await house.classes.update(wang, shown.id, UpdateClass(policy=UpdatePolicy(hours=hours, daily_replies=5)))
    await house.classes.update(wang, shown.id, UpdateClass(policy=UpdatePolicy(modes=["guide"], hint_cap=2)))
    (changed,) = await house.classes.list_own(ming)
    assert (changed.policy.modes, changed.policy.hint_cap, changed.policy.daily_replies) == (["guide"], 2, 5)
    assert changed.policy.hours == HoursView(days=[1, 2], start="08:00", end="12:00", zone="Asia/Shanghai")
    freed = await house.classes.update(wang, shown.id, UpdateClass(policy=UpdatePolicy(hours=None)))
    assert (freed.policy.hours, freed.policy.hint_cap) == (None, 2)


async def test_a_class_from_before_there_were_policies_allows_everything(house: Household, database: Database) -> None:
    wang = await teacher(house)
    shown = await new_class(house, wang)
    await database["classes"].update_one({"_id": shown.id}, {"$unset": {"policy": "", "school_id": ""}})
    assert (await house.classes.list_own(wang))[0] == shown
    exam = await house.classes.update(wang, shown.id, UpdateClass(policy=UpdatePolicy(exam=True)))
    assert exam.policy == shown.policy.model_copy(update={"exam": True})


async def test_the_rule_for_a_student_comes_from_the_active_classes(house: Household) -> None:
    wang, ming = await teacher(house), await student(house)
    for name, cap in (("一", 2), ("二", 3)):
        shown = await new_class(house, wang, name)
        await join(house, ming, shown)
        await house.classes.update(wang, shown.id, UpdateClass(policy=UpdatePolicy(hint_cap=cap)))
    assert (await house.classes.rule_for(ming.id, "math")).hint_cap == 2
    first = next(one for one in await house.classes.list_own(wang) if one.name == "一")
    await house.classes.update(wang, first.id, UpdateClass(archived=True))
    rule = await house.classes.rule_for(ming.id, "math")
    assert (rule.hint_cap, rule.class_ids) == (3, (shown.id,))


async def test_who_teaches_many_students_is_found_at_once(house: Household) -> None:
    wang, li = await teacher(house), await teacher(house)
    ming, hong, lee = await student(house), await student(house), await student(house)
    one, two, old = await new_class(house, wang), await new_class(house, li), await new_class(house, wang)
    for who, where in ((ming, one), (ming, two), (hong, two), (hong, old)):
        await join(house, who, where)
    await house.classes.update(wang, old.id, UpdateClass(archived=True))
    found = await house.classes.teachers_of({ming.id, hong.id, lee.id})
    assert found == {ming.id: {wang.id, li.id}, hong.id: {li.id}}
    assert await house.classes.teachers_of(set()) == {}
    assert [each.id for each in await house.classes.active([one.id, old.id, new_id()])] == [one.id]


async def test_classes_keep_their_names_when_they_are_archived(house: Household) -> None:
    wang = await teacher(house)
    old, new = await new_class(house, wang, "六年级一班"), await new_class(house, wang)
    await house.classes.update(wang, old.id, UpdateClass(archived=True))
    assert await house.classes.named([new.id, old.id, new_id()]) == {old.id: "六年级一班", new.id: "七年级一班"}
    assert await house.classes.named([]) == {}
