"""The chat over HTTP: the list and its pages, history, search, and what a student does with a conversation."""

from typing import Any

import pytest

from tests.chat.factories import Puppet, a_room, asked
from tests.factories import People, Person, Refused, Socket, a_client_id

UNKNOWN = "0" * 24


async def a_shelf(people: People, titles: list[str]) -> tuple[Person, Socket, list[str]]:
    """A student with conversations of these titles, and their ids in the order they were made."""
    student = await people.student()
    socket = await student.connect()
    ids = []
    for title in titles:
        made = await socket.ask("conversation.create", client_id=a_client_id(), title=title)
        ids.append(made["conversation"]["id"])
    return student, socket, ids


# The list


async def test_the_list_is_last_used_first_and_comes_in_pages(cast: People) -> None:
    student, _, ids = await a_shelf(cast, [str(number) for number in range(7)])
    pages = [await student.call("GET", "/conversations?limit=3")]
    while (cursor := pages[-1]["next"]) is not None:
        pages.append(await student.call("GET", f"/conversations?limit=3&cursor={cursor}"))
    assert [len(page["items"]) for page in pages] == [3, 3, 1]
    assert [item["id"] for page in pages for item in page["items"]] == ids[::-1]


async def test_a_page_that_ends_exactly_has_no_next(cast: People) -> None:
    student, _, _ = await a_shelf(cast, ["a", "b"])
    assert (await student.call("GET", "/conversations?limit=2"))["next"] is None
    assert (await (await cast.student()).call("GET", "/conversations")) == {"items": [], "next": None}


async def test_a_message_brings_its_conversation_to_the_top(cast: People) -> None:
    student, socket, ids = await a_shelf(cast, ["a", "b"])
    await socket.ask("message.send", conversation_id=ids[0], client_id=a_client_id(), text="hi")
    assert [item["id"] for item in (await student.call("GET", "/conversations"))["items"]] == ids


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=x:y",
        "cursor=" + "9" * 60 + ":x",
        "cursor=nan:x",
        "limit=0",
        "limit=101",
        "limit=x",
        "page=2",
    ],
)
async def test_a_page_that_cannot_be_is_invalid_input(cast: People, query: str) -> None:
    student = await cast.student()
    with pytest.raises(Refused, match="invalid_input"):
        await student.call("GET", f"/conversations?{query}")


# What a student does with a conversation


async def test_a_conversation_is_renamed_on_all_devices(cast: People) -> None:
    student, socket, (made,) = await a_shelf(cast, ["old"])
    renamed = (await student.call("PATCH", f"/conversations/{made}", {"title": "新"}))["conversation"]
    assert renamed["title"] == "新"
    assert (await socket.until("conversation.changed", 2))["conversation"] == renamed
    same = await student.call("PATCH", f"/conversations/{made}", {})
    assert same["conversation"]["title"] == "新"


async def test_an_archived_conversation_leaves_the_list_and_comes_back(cast: People) -> None:
    student, _, (kept, put_away) = await a_shelf(cast, ["a", "b"])
    await student.call("PATCH", f"/conversations/{put_away}", {"archived": True})
    assert [item["id"] for item in (await student.call("GET", "/conversations"))["items"]] == [kept]
    archived = (await student.call("GET", "/conversations?archived=true"))["items"]
    assert [(item["id"], item["archived"]) for item in archived] == [(put_away, True)]
    await student.call("PATCH", f"/conversations/{put_away}", {"archived": False})
    assert len((await student.call("GET", "/conversations"))["items"]) == 2


async def test_a_deleted_conversation_is_gone_until_it_is_restored(cast: People) -> None:
    student, socket, (made,) = await a_shelf(cast, ["a"])
    assert (await student.call("DELETE", f"/conversations/{made}"))["conversation"]["deleted"] is True
    assert (await student.call("GET", "/conversations"))["items"] == []
    for method, path in (
        ("GET", f"/conversations/{made}"),
        ("GET", f"/conversations/{made}/messages"),
        ("DELETE", f"/conversations/{made}"),
        ("PATCH", f"/conversations/{made}"),
    ):
        with pytest.raises(Refused, match="not_found"):
            await student.call(method, path, {} if method == "PATCH" else None)
    with pytest.raises(Refused, match="not_found"):
        await socket.ask("conversation.open", conversation_id=made)
    restored = await student.call("POST", f"/conversations/{made}/restore")
    assert restored["conversation"]["deleted"] is False
    with pytest.raises(Refused, match="not_found"):
        await student.call("POST", f"/conversations/{made}/restore")
    assert len((await student.call("GET", "/conversations"))["items"]) == 1


async def test_deleting_stops_the_tutor_and_undo_brings_the_text_back(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("so far")
    await said.heard(1)
    await room.student.call("DELETE", f"/conversations/{room.id}")
    await said.ended("stopped")
    await room.student.call("POST", f"/conversations/{room.id}/restore")
    assert [message["text"] for message in await room.messages()] == [said.question, "so far"]


@pytest.mark.parametrize("conversation_id", [UNKNOWN, "x", "..", "%00", "a" * 500, '{"$gt":""}'])
async def test_what_does_not_exist_is_not_found(cast: People, conversation_id: str) -> None:
    student = await cast.student()
    for path in (f"/conversations/{conversation_id}/messages", f"/classes/{conversation_id}"):
        with pytest.raises(Refused, match="not_found"):
            await student.call("GET", path)


# History


async def test_history_comes_in_pages_both_ways(cast: People) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    desk = await teacher.connect()
    for number in range(1, 121):
        await room.say(str(number), desk)
    path = f"/conversations/{room.id}/messages"

    async def page(query: str) -> tuple[list[int], Any]:
        answer = await student.call("GET", path + query)
        assert [item["text"] for item in answer["items"]] == [str(item["seq"]) for item in answer["items"]]
        return [item["seq"] for item in answer["items"]], answer["next"]

    assert await page("") == (list(range(71, 121)), 71)
    assert await page("?before_seq=71") == (list(range(21, 71)), 21)
    assert await page("?before_seq=21") == (list(range(1, 21)), None)
    assert await page("?before_seq=1") == ([], None)
    assert await page("?after_seq=0") == (list(range(1, 51)), 50)
    assert await page("?after_seq=100") == (list(range(101, 121)), None)
    assert await page("?after_seq=70&limit=50") == (list(range(71, 121)), None)
    assert await page("?after_seq=120") == ([], None)
    opened = await room.open()
    assert [message["seq"] for message in opened["messages"]] == list(range(71, 121))
    caught_up = await room.open(after_seq=5)
    assert [message["seq"] for message in caught_up["messages"]] == list(range(6, 121))


@pytest.mark.parametrize("number", [-1, 2**31 + 1, 2**63, 2**64 - 1])
async def test_a_seq_that_no_message_can_have_is_invalid_input(cast: People, number: int) -> None:
    room = await a_room(cast)
    for field in ("after_seq", "before_seq"):
        with pytest.raises(Refused, match="invalid_input"):
            await room.student.call("GET", f"/conversations/{room.id}/messages?{field}={number}")
    for payload in ({"after_seq": number}, {"reply": {"id": UNKNOWN, "part": number}}):
        with pytest.raises(Refused, match="invalid_input"):
            await room.open(**payload)


# Search


async def found(student: Person, query: str) -> list[tuple[str, int | None]]:
    async with student.http.get(
        "/api/v1/conversations/search",
        params={"q": query},
        headers={"Authorization": f"Bearer {student.access_token}"},
    ) as response:
        assert response.status == 200, await response.text()
        return [(hit["excerpt"], hit["seq"]) for hit in (await response.json())["items"]]


async def test_words_are_found_in_titles_and_own_messages(cast: People) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student, title="二次函数 Parabola")
    await room.say("怎样求抛物线 ｙ＝x^2 的顶点？ Find the VERTEX of it.")
    await room.say("teacherly hint about vertices", await teacher.connect())
    for query in ("二次", "函数 p", "parabola", "PARABOLA", "数"):
        assert [seq for _, seq in await found(student, query)] == [None], query
    for query in ("抛物线", "顶", "vertex", "ＶＥＲＴＥＸ", "y=x", "x^2", "find the", "的顶点？"):
        assert [seq for _, seq in await found(student, query)] == [1], query
    for query in ("teacherly", "hint", "三次", "vertexes", "🎓"):
        assert await found(student, query) == [], query


async def test_an_excerpt_shows_the_place(cast: People) -> None:
    room = await a_room(cast, title="t")
    await room.say("a" * 100 + " needle " + "b" * 100)
    ((excerpt, seq),) = await found(room.student, "needle")
    assert seq == 1
    assert excerpt.startswith("…a")
    assert excerpt.endswith("b…")
    assert "needle" in excerpt
    assert len(excerpt) < 80


async def test_search_finds_only_the_own_and_nothing_deleted(cast: People) -> None:
    mine, theirs = await a_room(cast, title="苹果"), await a_room(cast, title="苹果")
    assert len(await found(mine.student, "苹果")) == 1
    await mine.student.call("DELETE", f"/conversations/{mine.id}")
    assert await found(mine.student, "苹果") == []
    assert len(await found(theirs.student, "苹果")) == 1


@pytest.mark.parametrize("query", [".*", "^", "$where", "(", "\\", "' or 1=1", "{$gt: 1}", "!", "?"])
async def test_signs_in_a_query_mean_themselves(cast: People, query: str) -> None:
    room = await a_room(cast, title="plain title")
    await room.say("plain text")
    assert await found(room.student, query) == []


@pytest.mark.parametrize("query", ["q=", "q=%20", "q=" + "x" * 101, "", "q=a&q2=b"])
async def test_a_query_that_cannot_be_is_invalid_input(cast: People, query: str) -> None:
    student = await cast.student()
    with pytest.raises(Refused, match="invalid_input"):
        await student.call("GET", f"/conversations/search?{query}")
