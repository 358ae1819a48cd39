"""A long lesson in which everything is tried that could show a student what is not for them.

Every frame of every socket of students and guardians is kept as it came, and searched at the end.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.conftest import Serve
from tests.factories import WAIT_S, Json, People, Person, a_client_id, an_ai_service
from tests.house.cast import TABLE
from tests.live.ears import Ear, Lesson, keeps_quiet, said_in
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.ai.spelling import plain

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

ANSWER = "73194"  # to the problem of `ears.py`
BLURT = "两边除以 2，得 $x-73000=194$，所以 $x = 73194$。答案就是 x＝７３１９４！"
WHISPERS = ("悄悄话青鸟：先不要讲第三步的移项", "Keep quiet about the silver heron in the reeds")
EDITED_AWAY, REJECTED, WHY = "草稿甲银杏叶落", "草稿乙白鹭飞过", "理由丙玄武岩层"
STOPPED, GIVEN_UP, HELD = "草稿丁琥珀沉海", "草稿戊青铜编钟", "扣住己朱雀长街"
SUGGESTED = "建议庚紫藤花架"
HIDDEN = (*WHISPERS, EDITED_AWAY, REJECTED, WHY, STOPPED, GIVEN_UP, HELD, SUGGESTED)
SENT = "老师改好的讲解：先两边除以二"
FILLER = "我们一步一步来看这道题。" * 60
ONLY_STAFF = {
    "draft.ready",
    "whisper.added",
    "whisper.ended",
    "suggestion.delta",
    "suggestion.finished",
    "tiles.changed",
    "hands.changed",
    "broadcast.changed",
}


@pytest.fixture
async def lesson(fake: FakeAI, serve: Serve) -> AsyncIterator[Lesson]:
    ai = an_ai_service(fake.base_url, first_token_s=10.0)
    near, far = [await serve(ai=ai, sockets={"per_user": 20}, chat={"part_ms": 1.0}) for _ in range(2)]
    async with aiohttp.ClientSession() as http:
        made = Lesson(fake, http, near, far)
        yield made
        for ear in made.ears:
            if ear.wire is not None:
                await ear.wire.close()


async def test_no_frame_of_a_student_or_guardian_holds_a_word_that_is_not_for_them(lesson: Lesson) -> None:
    async with People(lesson.near) as people:
        teacher, (owner, classmate), lesson.class_id = await people.classroom(2)
        await teacher.call("PATCH", f"/classes/{lesson.class_id}", {"policy": {"hint_cap": 4}})
        colleague = await people.teacher(display_name="李老师")
        name = {"username": colleague.user["username"]}
        await teacher.call("POST", f"/classes/{lesson.class_id}/teachers", name)
        guardian = await people.guardian(teacher, lesson.class_id, owner)
        student = await lesson.ear(owner, lesson.near)
        created = await student.ask("conversation.create", client_id=a_client_id())
        lesson.room = created["conversation"]["id"]
        await lesson.open(student)
        desk = await lesson.enter(teacher, lesson.near)
        for person in (owner, guardian, colleague):
            await lesson.enter(person, lesson.far)
        mate = await lesson.ear(classmate, lesson.far)
        await desk.ask("class.watch", class_id=lesson.class_id)

        await climb(lesson, student)
        lasting = await whisper(lesson, student, desk)
        await check_drafts(lesson, student, desk)
        await hold(lesson, student, desk)
        await desk.ask("whisper.end", conversation_id=lesson.room, whisper_id=lasting)
        await suggest_and_look_around(lesson, student, desk, mate)
        await come_late(lesson, owner, guardian)
        judge(lesson)


async def climb(lesson: Lesson, student: Ear) -> None:
    """Ask for every level that the class allows, of a model that blurts the solution out each time."""
    blurt = Script("says", say=BLURT)
    await ended(student, await lesson.question(student, blurt), "complete")
    for _ in range(2):
        hint = await student.ask("hint.next", conversation_id=lesson.room)
        await ended(student, hint["reply"]["id"], "complete")


async def whisper(lesson: Lesson, student: Ear, desk: Ear) -> str:
    """Whisper for one reply and for the lesson, to a model that tells its instructions; returns the id of the last."""
    whisper_id = ""
    for text, lasts in zip(WHISPERS, ("reply", "lesson"), strict=True):
        payload = {"conversation_id": lesson.room, "client_id": a_client_id(), "text": text, "lasts": lasts}
        whisper_id = (await desk.ask("whisper.add", **payload))["whisper"]["id"]
    for opening in ("", BLURT):
        await ended(student, await lesson.question(student, Script("tells", say=opening)), "complete")
    return whisper_id


async def check_drafts(lesson: Lesson, student: Ear, desk: Ear) -> None:
    """Drafts that are edited, rejected, and stopped by the teacher and by the student while they are written."""
    await desk.ask("floor.set", conversation_id=lesson.room, state="approval")
    edited = await draft(lesson, student, desk, EDITED_AWAY, 1)
    await lesson.on_reply(desk, "draft.send", edited, text=SENT)
    assert (await ended(student, edited, "complete"))["message"]["text"] == SENT
    await lesson.on_reply(student, "reply.rate", edited, rating="up")
    rejected = await draft(lesson, student, desk, REJECTED, 2)
    await lesson.on_reply(desk, "draft.reject", rejected, why=WHY)
    await ended(student, rejected, "rejected")
    for who, text in ((desk, STOPPED), (student, GIVEN_UP)):
        stopped = await lesson.question(student, Script("says", say=text + FILLER, delay_s=0.02), "再讲一遍")
        await desk.until("reply.delta", reply_id=stopped, part=3)
        await lesson.enter(student.person, lesson.far)  # in the middle of it
        await lesson.on_reply(who, "reply.stop", stopped)
        await ended(student, stopped, "stopped")
    await desk.ask("floor.set", conversation_id=lesson.room, state="tutor")


async def draft(lesson: Lesson, student: Ear, desk: Ear, text: str, count: int) -> str:
    """The `count`-th draft that waits for a teacher; returns its id."""
    reply_id = await lesson.question(student, Script("says", say=text + FILLER[:60]), "换一种讲法")
    assert (await desk.until("draft.ready", count))["message"]["id"] == reply_id
    return reply_id


async def hold(lesson: Lesson, student: Ear, desk: Ear) -> None:
    """A reply is held before it says something, and stopped when it has been written."""
    held = await lesson.question(student, Script("says", say=FILLER + HELD, delay_s=0.02), "下一题怎么做")
    await student.until("reply.delta", reply_id=held)
    await lesson.on_reply(desk, "reply.hold", held)
    await lesson.fake.until_open(0, within_s=WAIT_S)
    await lesson.on_reply(desk, "reply.stop", held)
    await ended(student, held, "stopped")


async def suggest_and_look_around(lesson: Lesson, student: Ear, desk: Ear, mate: Ear) -> None:
    """A suggestion, a hand, a flag, a broadcast: what runs beside the lesson."""
    lesson.fake.default = Script("says", say=SUGGESTED + FILLER[:100], delay_s=0.01)
    ticket = await desk.ask("suggestion.ask", conversation_id=lesson.room)
    await desk.until("suggestion.finished", suggestion_id=ticket["suggestion_id"])
    await student.ask("hand.raise", conversation_id=lesson.room, line="这里")
    await desk.until("hands.changed")
    await desk.ask("hand.claim", conversation_id=lesson.room)
    await desk.ask("hand.done", conversation_id=lesson.room)
    await desk.ask("tile.flag", conversation_id=lesson.room, on=True)
    said = await desk.ask("broadcast.send", class_id=lesson.class_id, client_id=a_client_id(), text="带尺子")
    await mate.until("broadcast.added")
    await mate.ask("broadcast.read", broadcast_id=said["broadcast"]["id"])
    await desk.until("broadcast.changed")
    await desk.until("tiles.changed")


async def come_late(lesson: Lesson, owner: Person, guardian: Person) -> None:
    """Everything that can be asked for afterwards goes through a socket or is added to its frames."""
    for person, server in ((owner, lesson.far), (guardian, lesson.near)):
        late = await lesson.enter(person, server)
        opened = await lesson.open(late, after_seq=0)
        for message in opened["messages"]:
            if message["reply"]:
                await lesson.open(late, after_seq=0, reply={"id": message["id"], "part": 0})
        pages = [f"/conversations/{lesson.room}", f"/conversations/{lesson.room}/messages?after_seq=0&limit=100"]
        pages += ["/conversations", "/conversations/search?q=草稿"] if person is owner else []
        late.frames += [f"43[{json.dumps(await person.call('GET', page))}]" for page in pages]


async def ended(ear: Ear, reply_id: str, state: str) -> Json:
    end = await ear.until("reply.finished", reply_id=reply_id)
    assert end["state"] == state
    return end


def judge(lesson: Lesson) -> None:
    """Search everything that came, and see that there was something to find."""
    by_role: defaultdict[str, list[Ear]] = defaultdict(list)
    for ear in lesson.ears:
        by_role[ear.role].append(ear)
        wrong = {event for event, _ in ear.heard if ear.role not in TABLE["event"][event]}
        assert not wrong, f"a {ear.role} heard {wrong}"
    by_staff = {event for ear in by_role["teacher"] for event, _ in ear.heard}
    assert not ONLY_STAFF - by_staff
    known = said_in(frame for ear in by_role["teacher"] for frame in ear.frames)
    written = "\n".join(heard.text for heard in lesson.fake.heard)
    assert [secret for secret in HIDDEN if secret not in known + written] == []
    assert ANSWER in written
    assert (len(by_role["student"]), len(by_role["guardian"])) == (6, 2)
    for ear in (*by_role["student"], *by_role["guardian"]):
        keeps_quiet(ear.frames, HIDDEN)
        said = said_in(ear.frames)
        assert ANSWER not in said
        assert ANSWER not in plain(said)
    prompts = str([heard.body for heard in lesson.fake.heard])
    assert not [secret for secret in HIDDEN if secret in prompts and secret not in WHISPERS]
