"""Accounts over HTTP: the shapes of answers, every refusal by its code, and both ways of a refresh token."""

import asyncio

import aiohttp
import pytest

from tests.factories import PASSWORD, Json, People, Person, Refused, a_registration


async def post(http: aiohttp.ClientSession, path: str, body: Json, **headers: str) -> tuple[int, Json]:
    async with http.post(f"/api/v1{path}", json=body, headers=headers) as response:
        answer: Json = await response.json()
        return response.status, answer


def code_of(answer: Json) -> str:
    assert answer["success"] is False
    assert answer["error"]["message"]
    code: str = answer["error"]["code"]
    return code


async def refusal(person: Person, method: str, path: str, body: Json | None = None) -> tuple[int | None, str]:
    with pytest.raises(Refused) as refused:
        await person.call(method, path, body)
    return refused.value.status, refused.value.code


# Signing up and in


async def test_signing_up_answers_with_the_person_and_a_pair_of_tokens(http: aiohttp.ClientSession) -> None:
    body = a_registration(display_name="小红", grade=8)
    status, answer = await post(http, "/auth/register", body)
    assert status == 201
    assert set(answer) == {"user", "access_token", "refresh_token", "expires_in", "token_type"}
    assert set(answer["user"]) == {
        "id", "username", "email", "display_name", "role", "grade", "language",
        "school_id", "created_at",
    }  # fmt: skip
    assert (answer["user"]["role"], answer["user"]["grade"]) == ("student", 8)
    assert (answer["expires_in"], answer["token_type"]) == (900, "Bearer")
    assert answer["user"]["created_at"].endswith("Z")


async def test_tokens_are_never_kept_by_a_cache(http: aiohttp.ClientSession) -> None:
    async with http.post("/api/v1/auth/register", json=a_registration()) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers


async def test_signing_in_answers_like_signing_up(http: aiohttp.ClientSession, people: People) -> None:
    student = await people.student()
    status, answer = await post(http, "/auth/login", {"username": student.user["email"], "password": PASSWORD})
    assert status == 200
    assert answer["user"] == student.user


async def test_a_taken_name_and_a_taken_address_have_codes(http: aiohttp.ClientSession, people: People) -> None:
    taken = (await people.student()).user
    status, answer = await post(http, "/auth/register", a_registration(username=taken["username"].upper()))
    assert (status, code_of(answer)) == (409, "username_taken")
    status, answer = await post(http, "/auth/register", a_registration(email=taken["email"].upper()))
    assert (status, code_of(answer)) == (409, "email_taken")


async def test_twenty_sign_ups_for_one_name_make_one_account(http: aiohttp.ClientSession) -> None:
    name = a_registration()["username"]
    done = await asyncio.gather(*(post(http, "/auth/register", a_registration(username=name)) for _ in range(20)))
    assert sorted(status for status, _ in done) == [201] + [409] * 19


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    http: aiohttp.ClientSession, people: People
) -> None:
    name = (await people.student()).user["username"]
    wrong = await post(http, "/auth/login", {"username": name, "password": "wrong words"})
    unknown = await post(http, "/auth/login", {"username": f"{name}x", "password": "wrong words"})
    assert wrong == unknown
    assert (wrong[0], code_of(wrong[1])) == (401, "wrong_password")


async def test_a_student_without_a_grade_is_told_which_field_is_missing(http: aiohttp.ClientSession) -> None:
    status, answer = await post(http, "/auth/register", a_registration(grade=None))
    assert (status, code_of(answer)) == (422, "invalid_input")
    assert answer["error"]["details"]["fields"] == [{"field": "grade", "problem": "missing"}]


async def test_a_bad_invitation_has_a_code(http: aiohttp.ClientSession) -> None:
    status, answer = await post(http, "/auth/register", a_registration(invitation="not-a-good-one"))
    assert (status, code_of(answer)) == (422, "invitation_invalid")


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("value", [{"$ne": None}, {"$gt": ""}, [], None, 7], ids=str)
async def test_a_sign_in_with_an_operator_is_invalid(http: aiohttp.ClientSession, field: str, value: object) -> None:
    status, answer = await post(http, "/auth/login", {"username": "ming", "password": PASSWORD, field: value})
    assert (status, code_of(answer)) == (422, "invalid_input")
    assert [problem["field"] for problem in answer["error"]["details"]["fields"]] == [field]


async def test_a_refused_sign_up_repeats_nothing_of_what_was_typed(http: aiohttp.ClientSession) -> None:
    body = a_registration(password="sesame!", username="has space", role="planted-role")
    async with http.post("/api/v1/auth/register", json=body) as response:
        text = await response.text()
    assert response.status == 422
    assert not [word for word in ("sesame!", "has space", "planted-role") if word in text]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_new_person_gets_the_language_of_their_browser(http: aiohttp.ClientSession, language: str) -> None:
    _, answer = await post(http, "/auth/register", a_registration(), **{"Accept-Language": language})
    assert answer["user"]["language"] == language


# Refreshing and signing out


async def test_a_refresh_in_the_body_answers_in_the_body(http: aiohttp.ClientSession, people: People) -> None:
    student = await people.student()
    status, answer = await post(http, "/auth/refresh", {"refresh_token": student.refresh_token})
    assert status == 200
    assert answer["refresh_token"] not in {None, student.refresh_token}
    assert answer["user"] == student.user
    student.access_token = answer["access_token"]
    assert (await student.call("GET", "/users/me"))["user"] == student.user


@pytest.mark.parametrize("body", [{}, {"refresh_token": None}, {"refresh_token": "x" * 40}])
async def test_a_refresh_without_a_token_is_unauthenticated(http: aiohttp.ClientSession, body: Json) -> None:
    status, answer = await post(http, "/auth/refresh", body)
    assert (status, code_of(answer)) == (401, "unauthenticated")


async def test_a_session_that_ended_says_so_everywhere(http: aiohttp.ClientSession, people: People) -> None:
    student = await people.student()
    assert await post(http, "/auth/logout", {"refresh_token": student.refresh_token}) == (200, {})
    assert await refusal(student, "GET", "/users/me") == (401, "session_ended")
    status, answer = await post(http, "/auth/refresh", {"refresh_token": student.refresh_token})
    assert (status, code_of(answer)) == (401, "session_ended")


async def test_signing_out_with_the_access_token_alone_ends_its_session(people: People) -> None:
    student = await people.student()
    assert await student.call("POST", "/auth/logout", {}) == {}
    assert await refusal(student, "GET", "/users/me") == (401, "session_ended")


async def test_signing_out_leaves_the_other_devices_alone(people: People) -> None:
    phone = await people.student()
    desk = await people.sign_in(phone.user["username"])
    await phone.call("POST", "/auth/logout", {"refresh_token": phone.refresh_token})
    assert (await desk.call("GET", "/users/me"))["user"] == phone.user


async def test_signing_out_as_nobody_is_unauthenticated(http: aiohttp.ClientSession) -> None:
    status, answer = await post(http, "/auth/logout", {})
    assert (status, code_of(answer)) == (401, "unauthenticated")


async def test_signing_out_everywhere_ends_every_device(people: People) -> None:
    phone = await people.student()
    desk = await people.sign_in(phone.user["username"])
    assert await desk.call("POST", "/auth/logout-all", {}) == {}
    for device in (phone, desk):
        assert await refusal(device, "GET", "/users/me") == (401, "session_ended")


# Password, invitations, profile


async def test_changing_the_password_signs_out_the_others(people: People) -> None:
    phone = await people.student()
    desk = await people.sign_in(phone.user["username"])
    body = {"current_password": PASSWORD, "new_password": "another good password"}
    assert await desk.call("POST", "/auth/password", body) == {}
    assert (await desk.call("GET", "/users/me"))["user"] == phone.user
    assert await refusal(phone, "GET", "/users/me") == (401, "session_ended")
    assert await refusal(desk, "POST", "/auth/password", body) == (401, "wrong_password")


async def test_a_teacher_invites_another_teacher(people: People) -> None:
    teacher = await people.teacher(display_name="李老师")
    invited = await teacher.call("POST", "/auth/invitations", {})
    assert set(invited) == {"code", "expires_at"}
    assert (await people.register(invitation=invited["code"])).user["role"] == "teacher"


async def test_a_profile_is_read_and_changed(people: People) -> None:
    student = await people.student()
    changed = await student.call("PATCH", "/users/me", {"display_name": " 大明 ", "grade": 9, "language": "en"})
    assert changed["user"] == {**student.user, "display_name": "大明", "grade": 9, "language": "en"}
    assert await student.call("GET", "/users/me") == changed


@pytest.mark.parametrize(
    "body",
    [{"grade": 13}, {"role": "teacher"}, {"display_name": ""}, {"email": "x"}, {"id": "y"}, {"username": "z"}],
    ids=str,
)
async def test_a_change_that_does_not_fit_is_invalid(people: People, body: Json) -> None:
    assert await refusal(await people.student(), "PATCH", "/users/me", body) == (422, "invalid_input")


async def test_a_changed_language_is_the_language_of_the_next_refusal(people: People) -> None:
    student = await people.student(language="en")
    with pytest.raises(Refused) as english:
        await student.call("POST", "/classes/join", {"code": "ZZZZZZ"})
    await student.call("PATCH", "/users/me", {"language": "zh"})
    with pytest.raises(Refused) as chinese:
        await student.call("POST", "/classes/join", {"code": "ZZZZZZ"})
    assert english.value.code == chinese.value.code
    assert english.value.message != chinese.value.message
    assert english.value.message.isascii()


async def test_an_address_of_somebody_else_is_refused(people: People) -> None:
    student, other = await people.student(), await people.student()
    assert await refusal(student, "PATCH", "/users/me", {"email": other.user["email"]}) == (409, "email_taken")


async def test_a_teacher_sets_no_grade(people: People) -> None:
    assert await refusal(await people.teacher(), "PATCH", "/users/me", {"grade": 3}) == (403, "not_allowed")


async def test_a_body_that_is_no_object_is_malformed(http: aiohttp.ClientSession) -> None:
    for body in (b"[]", b"{", b'"text"', b"\xff"):
        async with http.post("/api/v1/auth/login", data=body) as response:
            assert (response.status, code_of(await response.json())) == (400, "malformed")


# Schools and guardians


async def test_an_operator_founds_a_school_and_its_people_come_one_by_one(people: People) -> None:
    operator = await people.appointed("operator")
    made = (await operator.call("POST", "/schools", {"name": " 实验中学 "}))["school"]
    assert made["name"] == "实验中学"
    assert made in (await operator.call("GET", "/schools"))["items"]
    code = (await operator.call("POST", f"/schools/{made['id']}/invitations", {}))["code"]
    admin = await people.register(invitation=code, grade=None)
    assert (await admin.call("GET", "/school")) == {"school": made}
    code = (await admin.call("POST", "/school/invitations", {}))["code"]
    teacher = await people.register(invitation=code, grade=None, display_name="李老师")
    assert teacher.user["school_id"] == made["id"]
    page = await admin.call("GET", "/school/people?role=teacher")
    person = {"id": teacher.id, "username": teacher.user["username"], "display_name": "李老师"}
    assert page == {"items": [{**person, "role": "teacher", "grade": None}], "next": None}
    opened = (await teacher.call("POST", "/classes", {"name": "一班"}))["class"]
    assert (await admin.call("GET", "/school/classes"))["items"] == [opened]


@pytest.mark.parametrize("query", ["role=guardian", "limit=0", "limit=201", "cursor=x", "page=2"])
async def test_a_page_of_people_that_cannot_be_is_invalid_input(people: People, query: str) -> None:
    admin = await people.appointed("admin", await people.school())
    with pytest.raises(Refused, match="invalid_input"):
        await admin.call("GET", f"/school/people?{query}")


async def test_a_guardian_comes_with_a_code_and_adds_another_child(people: People) -> None:
    teacher, (ming, hong), class_id = await people.classroom(2)
    guardian = await people.guardian(teacher, class_id, ming)
    assert (guardian.user["role"], guardian.user["grade"]) == ("guardian", None)
    code = (await teacher.call("POST", f"/classes/{class_id}/students/{hong.id}/guardian-code", {}))["code"]
    added = (await guardian.call("POST", "/wards", {"code": code.lower()}))["ward"]
    assert (added["student_id"], added["display_name"], added["grade"]) == (hong.id, "小明", 7)
    wards = await guardian.call("GET", "/wards")
    assert {ward["student_id"] for ward in wards["items"]} == {ming.id, hong.id}
    with pytest.raises(Refused, match="invitation_invalid"):
        await guardian.call("POST", "/wards", {"code": code})
    await guardian.call("DELETE", f"/wards/{ming.id}")
    assert [ward["student_id"] for ward in (await guardian.call("GET", "/wards"))["items"]] == [hong.id]


async def test_a_bad_guardians_code_opens_no_account(http: aiohttp.ClientSession) -> None:
    status, answer = await post(http, "/auth/register", a_registration(guardian_code="ABCD-EFGH-JKLM"))
    assert (status, code_of(answer)) == (422, "invitation_invalid")
