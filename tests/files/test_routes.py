"""Files over HTTP: sending again, names, what a browser is told, and requests that are no proper ones."""

import asyncio
import gzip
from typing import Any

import pytest
import structlog

from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import People, Person, Refused, Server, a_client_id, a_photo
from tests.files import corpus
from tutor.core import body
from tutor.core.clock import new_id
from tutor.core.mongo import Database
from tutor.files.context import FILES, INTAKE, READERS
from tutor.files.models import Use

MEGABYTE = 1024 * 1024
BOUNDARY = "xyz"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


async def code_of(person: Person, data: Any, headers: dict[str, str] | None = None) -> str:
    """What a body that was written by hand is answered."""
    with pytest.raises(Refused) as refused:
        await person.call("POST", "/files", None, data=data, headers=MULTIPART if headers is None else headers)
    return refused.value.code


def a_part(content: bytes, name: str = "file", more: str = "") -> bytes:
    """A part of a multipart body, and what comes before it."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="x.jpg"\r\n{more}\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()

# Sending


async def test_a_file_is_kept_and_described(student: Person) -> None:
    file = await student.send_file(a_photo((320, 240)), "page 1.jpg")
    assert {**file, "id": "", "created_at": ""} == {
        "id": "",
        "kind": "photo",
        "name": "page 1.jpg",
        "pages": [{"width": 320, "height": 240}],
        "created_at": "",
    }


async def test_the_same_file_sent_again_is_the_same_file(student: Person, database: Database) -> None:
    content, client_id = a_photo(), a_client_id()
    first = await student.send_file(content, client_id=client_id)
    assert await student.send_file(content, "renamed.jpg", client_id=client_id.upper()) == first
    assert await database["files"].count_documents({"owner_id": student.id}) == 1


async def test_the_same_file_sent_four_times_at_once_is_one_file(student: Person, database: Database) -> None:
    content, client_id = a_photo(), a_client_id()
    sent = await asyncio.gather(*(student.send_file(content, client_id=client_id) for _ in range(4)))
    assert [file["id"] for file in sent] == [sent[0]["id"]] * 4
    assert await database["files"].count_documents({"owner_id": student.id}) == 1
    assert await database["loose_files"].count_documents({"owner_id": student.id}) == 1
    assert await database["pictures.files"].count_documents({"_id": {"$regex": f"^{sent[0]['id']}"}}) == 2


async def test_another_file_under_the_same_client_id_is_a_conflict(student: Person) -> None:
    client_id = a_client_id()
    await student.send_file(a_photo(), client_id=client_id)
    with pytest.raises(Refused) as refused:
        await student.send_file(a_photo(colour="red"), client_id=client_id)
    assert (refused.value.code, refused.value.details) == ("conflict", {"what": "file"})


async def test_another_persons_client_id_is_nothing_to_ours(student: Person, people: People) -> None:
    client_id, other = a_client_id(), await people.student()
    first = await student.send_file(a_photo(), client_id=client_id)
    assert (await other.send_file(a_photo(), client_id=client_id))["id"] != first["id"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\小明\\作业.jpg", "作业.jpg"),
        ("作业 第3页 📷.jpg", "作业 第3页 📷.jpg"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("..", "file"),
        ("", "file"),
        ("長" * 300 + ".jpg", "長" * 116 + ".jpg"),
    ],
)
async def test_a_name_is_for_people_to_read_and_no_place(student: Person, sent: str, shown: str) -> None:
    assert (await student.send_file(a_photo(), sent))["name"] == shown


async def test_a_teacher_sends_files_and_a_guardian_does_not(people: People) -> None:
    teacher, (student,), class_id = await people.classroom()
    await teacher.send_file(a_photo())
    with pytest.raises(Refused, match="not_allowed"):
        await (await people.guardian(teacher, class_id, student)).send_file(a_photo())


async def test_a_photo_and_a_pdf_have_limits_of_their_own(student: Person) -> None:
    photo, pdf = a_photo(), corpus.a_pdf()
    assert await student.send_file(photo + bytes(10 * MEGABYTE - len(photo)))
    assert await student.send_file(pdf + bytes(11 * MEGABYTE))
    for content, kind, limit in ((photo, "photo", 10), (pdf, "pdf", 20)):
        with pytest.raises(Refused) as refused:
            await student.send_file(content + bytes(limit * MEGABYTE + 1 - len(content)))
        assert (refused.value.code, refused.value.status) == ("file_too_large", 413)
        assert refused.value.details == {"kind": kind, "limit_mb": limit}


async def test_files_that_nothing_uses_are_few(serve: Serve) -> None:
    async with People(await serve(files={"unclaimed_per_user": 2})) as people:
        student, other, again = await people.student(), await people.student(), a_client_id()
        first = await student.send_file(a_photo())
        second = await student.send_file(a_photo(), client_id=again)
        with pytest.raises(Refused) as refused:
            await student.send_file(a_photo())
        assert (refused.value.code, refused.value.details) == ("too_many_files", {"limit": 2})
        assert await student.send_file(a_photo(), client_id=again) == second
        assert await other.send_file(a_photo())
        await people.server.app[FILES].claim([first["id"]], student.id, Use("submission", new_id()))
        assert await student.send_file(a_photo())


async def test_uploads_are_counted(serve: Serve) -> None:
    async with People(await serve(limits={"upload_user": "2/h burst 2"})) as people:
        student = await people.student()
        for _ in range(2):
            await student.send_file(a_photo())
        with pytest.raises(Refused) as refused:
            await student.send_file(a_photo())
        assert (refused.value.code, refused.value.details["what"]) == ("rate_limited", "upload")


# Looking


async def test_a_picture_comes_with_headers_that_let_it_be_nothing_but_a_picture(student: Person) -> None:
    file = await student.send_file(a_photo(), "作业 1.png")
    headers = {"Authorization": f"Bearer {student.access_token}"}
    async with student.http.get(f"/api/v1/files/{file['id']}", headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "image/jpeg"
        told = response.headers
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert told["Content-Disposition"] == "inline; filename*=UTF-8''%E4%BD%9C%E4%B8%9A%201.jpg"
    assert told["Cache-Control"] == "private, no-cache"
    assert told["Vary"] == "Authorization"


async def test_a_browser_that_has_a_picture_asks_only_whether_it_still_may(student: Person, people: People) -> None:
    file, path = await student.send_file(a_photo()), "/api/v1/files/{}"
    headers = {"Authorization": f"Bearer {student.access_token}"}
    async with student.http.get(path.format(file["id"]), headers=headers) as response:
        tag = response.headers["ETag"]
    for known in (tag, f"W/{tag}"):
        async with student.http.get(path.format(file["id"]), headers={**headers, "If-None-Match": known}) as response:
            assert (response.status, await response.read(), response.headers["ETag"]) == (304, b"", tag)
    other = {"Authorization": f"Bearer {(await people.student()).access_token}", "If-None-Match": tag}
    async with student.http.get(path.format(file["id"]), headers=other) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("query", "code"),
    [({"page": 2}, "not_found"), ({"page": 0}, "invalid_input"), ({"size": "huge"}, "invalid_input")],
)
async def test_there_are_no_other_pictures(student: Person, query: dict[str, Any], code: str) -> None:
    file = await student.send_file(a_photo())
    with pytest.raises(Refused, match=code):
        await student.picture(file["id"], **query)


@pytest.mark.parametrize("file_id", ["0" * 24, "x", "..%2f..%2fetc%2fpasswd", "a" * 300])
async def test_what_is_not_there_is_not_found(student: Person, file_id: str) -> None:
    with pytest.raises(Refused, match="not_found"):
        await student.picture(file_id)


async def test_whoever_the_using_room_lets_in_may_look(student: Person, people: People, server: Server) -> None:
    teacher, file = await people.teacher(), await student.send_file(a_photo())

    async def may_read(caller: Any, used_by: str) -> bool:
        return bool(caller.id == teacher.id and used_by == "7")

    server.app[READERS].let("exercise", may_read)
    await server.app[FILES].claim([file["id"]], student.id, Use("exercise", "7"))
    assert await teacher.picture(file["id"]) == await student.picture(file["id"])
    with pytest.raises(Refused, match="not_found"):
        await (await people.student()).picture(file["id"])
    await server.app[FILES].release([file["id"]], Use("exercise", "7"))
    with pytest.raises(Refused, match="not_found"):
        await teacher.picture(file["id"])


# Taking away


async def test_a_file_that_nothing_uses_is_taken_away_with_its_pictures(student: Person, database: Database) -> None:
    file = await student.send_file(corpus.good()["PDF"], client_id=(client_id := a_client_id()))
    await student.call("DELETE", f"/files/{file['id']}")
    for attempt in (student.picture(file["id"]), student.call("DELETE", f"/files/{file['id']}")):
        with pytest.raises(Refused, match="not_found"):
            await attempt
    for collection in ("pictures.files", "files", "loose_files"):
        assert await database[collection].count_documents({"_id": {"$regex": f"^{file['id']}"}}) == 0
    assert await database["pictures.chunks"].count_documents({"files_id": {"$regex": f"^{file['id']}"}}) == 0
    assert (await student.send_file(a_photo(), client_id=client_id))["id"] != file["id"]


async def test_a_file_in_use_stays(student: Person, server: Server) -> None:
    file, use = await student.send_file(a_photo()), Use("submission", new_id())
    await server.app[FILES].claim([file["id"]], student.id, use)
    with pytest.raises(Refused) as refused:
        await student.call("DELETE", f"/files/{file['id']}")
    assert (refused.value.code, refused.value.status) == ("file_in_use", 409)
    await server.app[FILES].release([file["id"]], use)
    await student.call("DELETE", f"/files/{file['id']}")


# Requests that are no proper ones


async def test_a_request_without_a_file_is_told_so(student: Person) -> None:
    assert await code_of(student, b"{}", {"Content-Type": "application/json"}) == "file_missing"
    assert await code_of(student, a_photo(), {"Content-Type": "image/jpeg"}) == "file_missing"
    assert await code_of(student, a_part(b"7", "grade") + END) == "file_missing"
    assert await code_of(student, END) == "file_missing"


async def test_short_fields_may_come_before_the_file(student: Person) -> None:
    data = a_part(b"7", "grade") + a_part(b"x", "note") + a_part(a_photo()) + END
    answer = await student.call("POST", "/files", None, data=data, headers=MULTIPART)
    assert answer["file"]["kind"] == "photo"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no boundary at all",
        a_part(a_photo()),
        a_part(a_photo())[:-40],
        a_part(b"7" * 5000, "grade") + a_part(a_photo()) + END,
        b"".join(a_part(b"7", f"field{number}") for number in range(9)) + a_part(a_photo()) + END,
        a_part(a_photo(), more="".join(f"X-{number}: 1\r\n" for number in range(500))) + END,
        a_part(a_photo(), more=f"X: {'a' * 20_000}\r\n") + END,
    ],
    ids=["nothing", "noise", "no end", "cut", "long field", "many fields", "many headers", "long header"],
)
async def test_a_broken_body_is_refused(student: Person, data: bytes) -> None:
    assert await code_of(student, data) in {"malformed", "file_missing"}


async def test_a_boundary_that_is_not_named_is_refused(student: Person) -> None:
    assert await code_of(student, a_part(a_photo()) + END, {"Content-Type": "multipart/form-data"}) == "malformed"


async def test_parts_within_parts_are_not_looked_at(student: Person) -> None:
    inner = b"--in\r\nContent-Disposition: form-data; name=file\r\n\r\n" + a_photo() + b"\r\n--in--\r\n"
    data = f"--{BOUNDARY}\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n".encode() + inner + b"\r\n" + END
    assert await code_of(student, data) == "file_missing"


async def test_a_packed_body_is_unpacked_no_further_than_the_limit(student: Person) -> None:
    packed = gzip.compress(a_part(a_photo() + bytes(300 * MEGABYTE)) + END)
    assert len(packed) < MEGABYTE
    assert await code_of(student, packed, {**MULTIPART, "Content-Encoding": "gzip"}) in {"file_too_large", "malformed"}


async def test_a_sender_who_stops_is_not_waited_for(student: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.files.intake.PAUSE_S", 0.2)

    async def slow() -> Any:
        yield a_part(a_photo())[:200]
        await asyncio.sleep(body.PAUSE_S)

    assert await code_of(student, slow()) == "too_slow"


async def test_a_connection_that_is_lost_on_the_way_leaves_nothing(
    student: Person, server: Server, database: Database
) -> None:
    with structlog.testing.capture_logs() as said:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = (
            f"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {student.access_token}\r\n"
            f"Content-Type: {MULTIPART['Content-Type']}\r\nContent-Length: 100000\r\n\r\n"
        )
        writer.write(head.encode() + a_part(a_photo())[:300])
        await writer.drain()
        writer.transport.abort()
        await until(lambda: any(line["event"] == "request" for line in said))
    assert reader.at_eof() or reader.exception()
    assert [line["code"] for line in said if line["event"] == "request_refused"] == ["malformed"]
    assert [line for line in said if line["event"] == "request_failed"] == []
    assert await database["files"].count_documents({"owner_id": student.id}) == 0


async def test_one_person_sends_four_files_at_once_and_no_more(student: Person, server: Server) -> None:
    going_on = asyncio.Event()

    async def slow() -> Any:
        yield a_part(a_photo())[:200]
        await going_on.wait()
        yield a_part(a_photo())[200:] + END

    async def send() -> str:
        try:
            await student.call("POST", "/files", None, data=slow(), headers=MULTIPART)
        except Refused as refused:
            return refused.code
        return "ok"

    first = [asyncio.create_task(send()) for _ in range(4)]
    await until(lambda: server.app[INTAKE].coming(student.id) == 4)
    assert await send() == "busy"
    going_on.set()
    assert await asyncio.gather(*first) == ["ok"] * 4
    assert await send() == "ok"
    assert server.app[INTAKE].coming(student.id) == 0
