"""Everybody in the rights table with the owner's things, on a real server. `test_rights.py` sends them everywhere."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from tests.factories import People, Person, Server, a_client_id, a_photo
from tests.homework.factories import a_grade, a_submission, given, work_body
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.tokens import SECRET, Tokens
from tutor.homework.context import APPEALS, HOMEWORK
from tutor.homework.models import Release
from tutor.homework.review_messages import SendAppeal

TABLE = tomllib.loads((Path(__file__).parent / "rights.toml").read_text())
LIKE: dict[str, str] = TABLE["like"]
ROLES = {
    "owner": "student",
    "other": "student",
    "teacher": "teacher",
    "stranger": "teacher",
    "guardian": "guardian",
    "admin": "admin",
    "operator": "operator",
}
BAD = {
    "nobody": "unauthenticated",
    "expired": "token_expired",
    "ended": "session_ended",
    "refresh": "unauthenticated",
    "garbage": "unauthenticated",
    "of another key": "unauthenticated",
    "of no session": "session_ended",
    "with another's id": "session_ended",
}
# What has become of the owner in the scene's class
End = Literal["in it", "removed", "moved", "archived"]


@dataclass
class Scene:
    """A teacher's class, an owner who is or was in it, the owner's things, and others by their names in the table."""

    people: People
    teacher: Person
    owner: Person
    class_id: str
    school_id: str
    others: dict[str, Person] = field(default_factory=dict)
    end: End = "in it"
    moved_to: str = ""
    conversation_id: str = ""
    reply_id: str = ""
    broadcast_id: str = ""
    whisper_id: str = ""
    deleted_id: str = ""
    file_id: str = ""
    assignment_id: str = ""
    submission_id: str = ""
    result_id: str = ""
    ended: str = ""

    async def with_a_fresh_owner(self) -> "Scene":
        """The same scene with an owner who has asked one question, had one answer and raised a hand, with a guardian, a
        whisper about them and a deleted conversation; before the end of it.
        """
        path, owner = f"/classes/{self.class_id}", await self.people.student()
        code = (await self.teacher.call("PATCH", path, {"archived": False}))["class"]["code"]
        await owner.call("POST", "/classes/join", {"code": code})
        socket = await owner.connect()
        conversation_id = await owner.converse(socket)
        question = {"client_id": a_client_id(), "text": "2x=6"}
        sent = await socket.ask("message.send", conversation_id=conversation_id, **question)
        await socket.until("reply.finished")
        await socket.ask("hand.raise", conversation_id=conversation_id)
        deleted_id = await owner.converse(socket)
        await owner.call("DELETE", f"/conversations/{deleted_id}")
        await socket.close()
        owner.sockets.clear()
        others = {**self.others, "guardian": await self.people.guardian(self.teacher, self.class_id, owner)}
        broadcast_id, whisper_id = await self._said_to(owner, conversation_id)
        assignment = await given(self.teacher, self.class_id)
        handed_in = await owner.call("POST", "/submissions", work_body(assignment["id"], "x=2", "5/6"))
        result_id = await self._result_of(owner, (await given(self.teacher, self.class_id))["id"])
        if self.end == "removed":
            await self.teacher.call("DELETE", f"{path}/students/{owner.id}")
        elif self.end == "moved":
            move = {"class_id": self.moved_to}
            await self.others["admin"].call("POST", f"{path}/students/{owner.id}/move", move)
        elif self.end == "archived":
            await self.teacher.call("PATCH", path, {"archived": True})
        file_id = (await owner.send_file(a_photo()))["id"]
        return replace(
            self,
            owner=owner,
            others=others,
            conversation_id=conversation_id,
            reply_id=sent["reply"]["id"],
            broadcast_id=broadcast_id,
            whisper_id=whisper_id,
            deleted_id=deleted_id,
            file_id=file_id,
            assignment_id=assignment["id"],
            submission_id=handed_in["submission"]["id"],
            result_id=result_id,
        )

    async def _result_of(self, student: Person, assignment_id: str) -> str:
        """A submission of the student's with a result that is back, and an appeal about its first question."""
        app, now = self.people.server.app, Clock().now()
        stores = app[HOMEWORK]
        assignment = await stores.assignments.find(assignment_id)
        work = a_submission(assignment, student_id=student.id, state="graded")
        await stores.submissions.add(work)
        await stores.grades.add(a_grade(work, told_at=now))
        await stores.grades.release(Release(work.id, assignment_id, student.id, None, now, told_at=now))
        said = SendAppeal(submission_id=work.id, question_id="q1", client_id=a_client_id(), text="第二步我写了")
        await app[APPEALS].send(self._reader().read(student.access_token), said)
        return work.id

    async def _said_to(self, student: Person, conversation_id: str) -> tuple[str, str]:
        """A broadcast for the student alone, and a whisper about them."""
        desk = await self.teacher.connect()
        said = {"class_id": self.class_id, "client_id": a_client_id(), "text": "带尺子", "student_ids": [student.id]}
        broadcast_id: str = (await desk.ask("broadcast.send", **said))["broadcast"]["id"]
        whisper = {"conversation_id": conversation_id, "client_id": a_client_id(), "text": "slowly"}
        whisper_id: str = (await desk.ask("whisper.add", **whisper))["whisper"]["id"]
        await desk.close()
        self.teacher.sockets.clear()
        return broadcast_id, whisper_id

    def person(self, who: str) -> Person:
        """Somebody of the table with a good token."""
        if who in {"old-teacher", "archive-teacher", "teacher"}:
            return self.teacher
        return self.owner if who in {"owner", "removed"} else self.others[who]

    def token(self, who: str) -> str | None:
        """What somebody of the table shows: a good token, a bad one or none."""
        if who not in BAD:
            return self.person(who).access_token
        good, past = self._reader().read(self.owner.access_token), Clock().now() - timedelta(seconds=1)
        return {
            "nobody": None,
            "expired": self._signed(Caller(self.owner.id, "student", "x", "zh", "0" * 24, past)),
            "ended": self.ended,
            "refresh": self.owner.refresh_token,
            "garbage": "a.b.c",
            "of another key": self._signed(good, key="another-key-that-is-long-enough-for-it"),
            "of no session": self._signed(replace(good, session_id=new_id())),
            "with another's id": self._signed(replace(good, id=new_id())),
        }[who]

    def _reader(self, key: str | None = None) -> Tokens:
        return Tokens(key or self.people.server.app[SECRET], Clock(), timedelta(minutes=15))

    def _signed(self, caller: Caller, key: str | None = None) -> str:
        return self._reader(key).sign(caller)

    def fill(self, value: Any, who: str) -> Any:
        """The value that a word with a $ stands for; any other as it is."""
        words = {
            "$conversation": self.conversation_id,
            "$reply": self.reply_id,
            "$broadcast": self.broadcast_id,
            "$whisper": self.whisper_id,
            "$deleted": self.deleted_id,
            "$file": self.file_id,
            "$assignment": self.assignment_id,
            "$submission": self.submission_id,
            "$result": self.result_id,
            "$class": self.class_id,
            "$school": self.school_id,
            "$owner": self.owner.id,
            "$other": self.others["other"].id,
            "$teacher": self.teacher.id,
            "$guardian": self.others["guardian"].id,
            "$token": self.token(who) or "",
            "$uuid": a_client_id(),
        }
        return words.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Cast:
    """The scene as it is for most, and those of the people whose owner or class is another."""

    scene: Scene
    apart: dict[str, Scene]

    def scene_of(self, who: str) -> Scene:
        """Where somebody of the table stands."""
        return self.apart.get(who, self.scene)


@asynccontextmanager
async def a_cast(server: Server) -> AsyncIterator[Cast]:
    """Everybody in the table."""
    async with People(server) as people:
        base = await _school(people)
        scene = await base.with_a_fresh_owner()
        await _add_readers(scene)
        await _add_ex_teacher(scene)
        yield Cast(scene, await _apart(scene))


async def _school(people: People) -> Scene:
    """A school with a class that one student has left for good, its admin, and people from elsewhere."""
    school = await people.school()
    teacher, (leaver,), class_id = await people.classroom(school=school)
    await leaver.call("POST", "/auth/logout", {"refresh_token": leaver.refresh_token})
    stranger, _, _ = await people.classroom(school=await people.school())
    others = {
        "other": await people.student(),
        "stranger": stranger,
        "admin": await people.appointed("admin", school),
        "operator": await people.appointed("operator"),
        "other-admin": await people.appointed("admin", await people.school()),
    }
    return Scene(people, teacher, leaver, class_id, school, others, ended=leaver.access_token)


async def _add_readers(scene: Scene) -> None:
    """Somebody who was the owner's guardian and is it no more, and the one of a classmate."""
    people, teacher, class_id = scene.people, scene.teacher, scene.class_id
    scene.others["other-guardian"] = (await scene.with_a_fresh_owner()).others["guardian"]
    scene.others["ex-guardian"] = parted = await people.guardian(teacher, class_id, scene.owner)
    await parted.call("DELETE", f"/wards/{scene.owner.id}")


async def _add_ex_teacher(scene: Scene) -> None:
    """Somebody who taught the class beside its teacher, and does not any more."""
    scene.others["ex-teacher"] = gone = await scene.people.teacher(school=scene.school_id)
    path = f"/classes/{scene.class_id}/teachers"
    await scene.teacher.call("POST", path, {"username": gone.user["username"]})
    await scene.teacher.call("DELETE", f"{path}/{gone.id}")


async def _apart(scene: Scene) -> dict[str, Scene]:
    """Those to whom something has happened that must not happen to the scene of the rest."""
    old_teacher, _, old_class = await scene.people.classroom(school=scene.school_id)
    archivist, _, archive = await scene.people.classroom(school=scene.school_id)
    old = replace(scene, teacher=old_teacher, class_id=old_class, end="moved", moved_to=scene.class_id)
    archived = replace(scene, teacher=archivist, class_id=archive, end="archived")
    return {
        "removed": await replace(scene, end="removed").with_a_fresh_owner(),
        "old-teacher": await old.with_a_fresh_owner(),
        "archive-teacher": await archived.with_a_fresh_owner(),
    }
