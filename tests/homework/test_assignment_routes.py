"""Assignments over HTTP: who may do what, and what a whole life of one looks like."""

from tests.factories import People
from tests.homework.factories import drafted, given


async def test_a_draft_is_written_given_and_closed(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    published = await given(teacher, class_id)
    assert (published["state"], published["points"], published["revision"]) == ("published", 10.0, 1)
    path = f"/assignments/{published['id']}"
    assert (await teacher.call("GET", path))["assignment"] == published
    closed = (await teacher.call("POST", f"{path}/close", {}))["assignment"]
    assert closed == published | {"state": "closed", "revision": 2}
    assert (await teacher.call("GET", "/assignments"))["items"][0]["state"] == "closed"


async def test_a_draft_goes_away(people: People) -> None:
    teacher, _, class_id = await people.classroom()
    draft = await drafted(teacher, class_ids=[class_id])
    await teacher.call("DELETE", f"/assignments/{draft['id']}")
    assert (await teacher.call("GET", "/assignments"))["items"] == []
