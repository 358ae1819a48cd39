"""Suggestions: the tutor drafts for the teacher alone; nothing of it is stored or told to anybody else."""

import asyncio

import pytest

from tests.chat.factories import Puppet, a_lesson, a_question, asked
from tests.chat.test_guarded import a_problem
from tests.core.raw import until
from tests.factories import Json, People, Refused
from tutor.ai.errors import ModelCut
from tutor.chat import suggestions


async def test_a_suggestion_streams_to_the_teacher_who_asked_and_to_nobody_else(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    colleague = await lesson.colleague(cast)
    await lesson.floor("teacher")
    question = a_question()
    await lesson.room.say(question)
    await lesson.room.say("Wait a moment.", lesson.desk)
    before = await lesson.room.messages()
    suggestion = (await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id))["suggestion_id"]
    line = await puppet.line(question)
    line.say("SECRET one ", "two ")
    await lesson.desk.until("suggestion.delta", suggestion_id=suggestion)
    line.say("three")
    line.finish()
    end = await lesson.desk.until("suggestion.finished")
    assert end == {
        "conversation_id": lesson.id,
        "suggestion_id": suggestion,
        "state": "complete",
        "text": "SECRET one two three",
        "error": None,
    }
    deltas = lesson.desk.heard["suggestion.delta"]
    assert [delta["part"] for delta in deltas] == list(range(len(deltas)))
    assert end["text"].startswith("".join(delta["text"] for delta in deltas))
    assert await lesson.room.messages() == before
    assert "SECRET" not in await lesson.seen_by_student()
    assert not [event for event, _ in colleague.order if event.startswith("suggestion")]


async def test_a_suggestion_may_be_the_solution_and_reaches_the_student_when_she_sends_it(
    cast: People, puppet: Puppet
) -> None:
    lesson = await a_lesson(cast)
    tab = await lesson.room.student.connect()
    await lesson.room.open(tab)
    problem, answer = a_problem()
    await lesson.room.say(problem)
    (await puppet.line(problem)).finish()
    await lesson.floor("teacher")
    await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id)
    line = await puppet.line(problem, 2)
    assert line.prompt.level == 5
    line.say("所以", f" ${answer}$。")
    line.finish()
    text = (await lesson.desk.until("suggestion.finished"))["text"]
    assert answer in text
    assert answer not in await lesson.seen_by_student(tab)
    await lesson.room.say(text, lesson.desk)
    assert answer in await lesson.seen_by_student(tab)


async def test_one_suggestion_at_a_time(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    await lesson.floor("teacher")
    question = a_question()
    await lesson.room.say(question)

    async def ask() -> Json:
        return await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id)

    await ask()
    line = await puppet.line(question)
    with pytest.raises(Refused, match="suggestion_running"):
        await ask()
    line.finish()
    await lesson.desk.until("suggestion.finished")
    await ask()
    (await puppet.line(question, 2)).finish()
    await lesson.desk.until("suggestion.finished", 2)


@pytest.mark.parametrize(("said", "state"), [("", "failed"), ("half", "interrupted")])
async def test_a_suggestion_that_fails_says_why(cast: People, puppet: Puppet, said: str, state: str) -> None:
    lesson = await a_lesson(cast)
    await lesson.floor("teacher")
    question = a_question()
    await lesson.room.say(question)
    await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id)
    line = await puppet.line(question)
    if said:
        line.say(said)
    line.fail(ModelCut())
    end = await lesson.desk.until("suggestion.finished")
    assert (end["state"], end["text"], end["error"]) == (state, said, "ai_cut")
    await until(line.closed.is_set)


async def test_where_nothing_was_asked_nothing_is_suggested(cast: People) -> None:
    lesson = await a_lesson(cast)
    with pytest.raises(Refused, match="not_found"):
        await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id)


async def test_a_suggestion_hears_whispers_and_does_not_use_them_up(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    said = await asked(puppet, lesson.room)
    said.line.finish()
    await said.ended("complete")
    whisper = {"client_id": "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "text": "slowly"}
    await lesson.desk.ask("whisper.add", conversation_id=lesson.id, **whisper)
    await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id)
    line = await puppet.line(said.question, 2)
    assert line.prompt.whispers == ("slowly",)
    line.finish()
    await lesson.desk.until("suggestion.finished")
    assert len((await lesson.room.open(lesson.desk))["desk"]["whispers"]) == 1


async def test_of_many_wishes_at_once_one_is_written(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    await lesson.floor("teacher")
    question = a_question()
    await lesson.room.say(question)
    wishes = [lesson.desk.ask("suggestion.ask", conversation_id=lesson.id) for _ in range(5)]
    answers = await asyncio.gather(*wishes, return_exceptions=True)
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == ["suggestion_running"] * 4
    (await puppet.line(question)).finish()
    await lesson.desk.until("suggestion.finished")


async def test_who_does_not_teach_the_student_any_more_hears_no_more_of_a_suggestion(
    cast: People, puppet: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "RIGHTS_S", 0.05)
    lesson = await a_lesson(cast)
    question = a_question()
    await lesson.floor("teacher")
    await lesson.room.say(question)
    await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id)
    line = await puppet.line(question)
    line.say("one ")
    await lesson.desk.until("suggestion.delta")
    await lesson.teacher.call("DELETE", f"/classes/{lesson.class_id}/students/{lesson.room.student.id}")
    await asyncio.sleep(0.1)  # so that it is time to look at her rights again
    line.say("SECRET two")
    line.finish()
    await until(line.closed.is_set)
    with pytest.raises(Refused, match="not_found"):  # and what would have come before that has come
        await lesson.desk.ask("suggestion.ask", conversation_id=lesson.id)
    assert "SECRET" not in repr(lesson.desk.order)
    assert not lesson.desk.heard["suggestion.finished"]
