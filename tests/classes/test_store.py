"""The documents of classes: each filter has an index, and a member is in a class once."""

from tests.accounts.household import Household
from tutor.classes.models import Membership
from tutor.classes.store import ClassStore
from tutor.core.clock import new_id
from tutor.core.mongo import Database


async def test_every_filter_has_an_index(house: Household, database: Database) -> None:
    classes = await database["classes"].index_information()
    members = await database["members"].index_information()
    assert "teacher_ids_1_created_at_-1" in classes
    assert members["class_id_1_student_id_1"]["unique"]
    assert {"student_id_1", "class_id_1_joined_at_1"} <= set(members)


async def test_a_student_is_in_a_class_once(house: Household, database: Database) -> None:
    store = ClassStore(database)
    for _ in range(2):
        await store.add_member(Membership(new_id(), "class", "student", house.clock.now()))
    assert await store.student_ids("class") == ["student"]
    assert await store.class_ids_of("student") == ["class"]
