"""The verbs of classes, and who may see what of them."""

import asyncio
from itertools import chain, repeat

import pytest

from tests.accounts.household import Household
from tutor.classes.errors import ClassCodeUnknown, LastTeacher, TeacherUnknown
from tutor.classes.messages import (
    AddTeacher,
    ClassView,
    CreateClass,
    JoinClass,
    MoveStudent,
    RotateCode,
    UpdateClass,
)
from tutor.classes.service import Classes
from tutor.classes.store import ClassStore
from tutor.core.caller import Caller
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
