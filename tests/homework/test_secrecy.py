"""What only graders may know is in nothing that a student or a guardian can get, by any address or socket."""

import json
import re

import aiohttp
import pytest

from tests.factories import People, Person, Server, a_photo
from tests.homework.factories import given
from tutor.app import catalogue_of_the_house
from tutor.core.clock import new_id

PLACE = re.compile(r"\{(\w+)\}")
KEY, NOTES, SOLUTION = "x=987654321", "批注乙青铜编钟", "解法丙紫藤花架"
CRITERION, LEVEL, KNOWLEDGE, TOLERANCE = "标准丁玄武岩层", "等级戊琥珀沉海", "考点己白鹭飞过", "0.124578"
SECRETS = (KEY, NOTES, SOLUTION, CRITERION, LEVEL, KNOWLEDGE, TOLERANCE)
QUESTION = {
    "id": "q1",
    "text": "解方程",
    "points": 5,
    "key": KEY,
    "notes": NOTES,
    "solution": SOLUTION,
    "knowledge": [KNOWLEDGE],
    "tolerance": TOLERANCE,
    "criteria": [{"id": "a", "text": CRITERION, "points": 5, "levels": [{"points": 5, "text": LEVEL}]}],
}


async def everything(http: aiohttp.ClientSession, person: Person, ids: dict[str, str]) -> str:
    """The bodies of all addresses that can be read, with these ids in their places."""
    bodies: list[str] = []
    headers = {"Authorization": f"Bearer {person.access_token}"}
    for route in catalogue_of_the_house().routes:
        if route.method == "GET":
            path = PLACE.sub(lambda place: ids.get(place[1], ids["id"]), route.path)
            async with http.get(path, headers=headers) as response:
                bodies.append((await response.read()).decode(errors="replace"))
    return "\n".join(bodies)


@pytest.mark.parametrize("state", ["published", "closed"])
async def test_nothing_that_a_student_can_get_holds_a_word_that_is_for_graders(
    people: People, server: Server, http: aiohttp.ClientSession, state: str
) -> None:
    teacher, (student,), class_id = await people.classroom()
    guardian = await people.guardian(teacher, class_id, student)
    ears = [await person.connect() for person in (student, guardian)]
    file = await teacher.send_file(a_photo())
    homework = await given(teacher, class_id, questions=[QUESTION], file_ids=[file["id"]])
    path = f"/assignments/{homework['id']}"
    await teacher.call("PATCH", path, {"revision": 1, "title": "练习"})
    if state == "closed":
        await teacher.call("POST", f"{path}/close", {})
    await ears[0].until("assignment.changed", 2 if state == "published" else 3)
    for person in (student, guardian):
        for ids in ({"assignment_id": homework["id"], "id": homework["id"]}, {"id": new_id()}, {"id": file["id"]}):
            got = await everything(http, person, {"student_id": student.id, **ids})
            assert [secret for secret in SECRETS if secret in got] == []
    heard = json.dumps([ear.order for ear in ears], ensure_ascii=False)
    assert homework["id"] in heard
    assert [secret for secret in SECRETS if secret in heard] == []
    by_teacher = await everything(http, teacher, {"assignment_id": homework["id"], "id": new_id()})
    assert [secret for secret in SECRETS if secret not in by_teacher] == []
