"""The verbs of accounts: opening one, signing in, passwords, profile, invitations, and their races."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from tests.accounts.household import SETTINGS, Household, address_of, registration, session_of, signing_in
from tests.factories import PASSWORD
from tutor.accounts.errors import EmailTaken, InvitationInvalid, UsernameTaken, WrongPassword
from tutor.accounts.messages import ChangePassword, SignIn, UpdateMe
from tutor.accounts.models import Admission, User
from tutor.accounts.passwords import Passwords
from tutor.accounts.service import Accounts
from tutor.core.caller import Caller
from tutor.core.clock import new_id
from tutor.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, SessionEnded
from tutor.core.mongo import Database

NEW_PASSWORD = "another good password"


def sign_in(name: str, password: str = PASSWORD) -> SignIn:
    return SignIn(username=name, password=SecretStr(password))


def change(current: str = PASSWORD, new: str = NEW_PASSWORD) -> ChangePassword:
    return ChangePassword(current_password=SecretStr(current), new_password=SecretStr(new))


async def stored(house: Household, user: User) -> User:
    return await house.accounts.user(user.id)


# Opening an account


async def test_registering_makes_a_student_and_signs_in(house: Household) -> None:
    admission = await house.student(grade=9)
    assert (admission.user.role, admission.user.grade) == ("student", 9)
    assert await house.admits(admission)


async def test_what_was_registered_is_read_back_the_same(house: Household) -> None:
    admission = await house.student(display_name="小明 🐼")
    assert await stored(house, admission.user) == admission.user


async def test_the_password_is_not_stored(house: Household) -> None:
    admission = await house.student()
    assert PASSWORD not in repr(admission.user)
    assert admission.user.password_hash.startswith("$argon2id$")


async def test_the_language_is_the_askers_unless_one_was_chosen(house: Household) -> None:
    asked = await house.accounts.register(registration(), "en")
    chosen = await house.accounts.register(registration(language="zh"), "en")
    assert (asked.user.language, chosen.user.language) == ("en", "zh")


async def test_a_student_without_a_grade_is_asked_for_it(house: Household) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await house.student(grade=None)
    assert refusal.value.facts["fields"] == [{"field": "grade", "problem": "missing"}]


@pytest.mark.parametrize("again", ["Xiao.Ming", "xiao.ming", "XIAO.MING", "ｘｉａｏ.ming"])
async def test_a_username_is_taken_in_every_case_and_width(house: Household, again: str) -> None:
    await house.student(username="Xiao.Ming")
    with pytest.raises(UsernameTaken):
        await house.student(username=again)


async def test_an_email_address_is_taken_in_every_case(house: Household) -> None:
    await house.student(email="Ming@Example.com")
    with pytest.raises(EmailTaken):
        await house.student(email="mING@example.COM")


async def test_of_twenty_who_want_one_username_at_once_exactly_one_gets_it(house: Household) -> None:
    done = await asyncio.gather(*(house.student(username="dragon") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, Admission) for one in done) == 1
    assert sum(isinstance(one, UsernameTaken) for one in done) == 19


async def test_of_twenty_who_want_one_email_address_at_once_exactly_one_gets_it(house: Household) -> None:
    done = await asyncio.gather(*(house.student(email="d@example.com") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, Admission) for one in done) == 1
    assert sum(isinstance(one, EmailTaken) for one in done) == 19


# Invitations


async def invitation(house: Household) -> str:
    return (await house.accounts.invite(await house.caller(await house.teacher()))).code


async def test_an_invitation_makes_a_teacher_without_a_grade(house: Household) -> None:
    admission = await house.student(invitation=await invitation(house), grade=None)
    assert (admission.user.role, admission.user.grade) == ("teacher", None)


async def test_an_invited_teachers_grade_is_left_out(house: Household) -> None:
    admission = await house.student(invitation=await invitation(house), grade=5)
    assert admission.user.grade is None


async def test_an_invitation_is_good_once(house: Household) -> None:
    code = await invitation(house)
    await house.student(invitation=code)
    with pytest.raises(InvitationInvalid):
        await house.student(invitation=code)


async def test_of_twenty_with_one_invitation_at_once_exactly_one_becomes_a_teacher(house: Household) -> None:
    code = await invitation(house)
    done = await asyncio.gather(*(house.student(invitation=code) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, Admission) for one in done) == 1
    assert sum(isinstance(one, InvitationInvalid) for one in done) == 19


async def test_an_unknown_invitation_opens_no_account_at_all(house: Household) -> None:
    with pytest.raises(InvitationInvalid):
        await house.student(username="sneaky", invitation="not-an-invitation")
    assert await house.accounts.find("sneaky") is None


async def test_an_invitation_ends_after_its_days(house: Household) -> None:
    code = await invitation(house)
    house.clock.advance(days=SETTINGS.invitation_days)
    with pytest.raises(InvitationInvalid):
        await house.student(invitation=code)


@pytest.mark.parametrize(("taken", "error"), [("username", UsernameTaken), ("email", EmailTaken)])
async def test_an_invitation_is_not_used_up_by_a_taken_name(
    house: Household, taken: str, error: type[Exception]
) -> None:
    code = await invitation(house)
    value = f"{taken}@example.com" if taken == "email" else taken
    await house.student(**{taken: value})
    with pytest.raises(error):
        await house.student(invitation=code, **{taken: value})
    assert (await house.student(invitation=code)).user.role == "teacher"


async def test_a_student_invites_nobody(house: Household) -> None:
    with pytest.raises(NotAllowed):
        await house.accounts.invite(await house.caller(await house.student()))


async def test_the_code_of_an_invitation_is_not_stored(house: Household, database: Database) -> None:
    code = await invitation(house)
    documents = await database["invitations"].find({}).to_list(None)
    assert len(documents) == 1
    assert code not in repr(documents)


# Signing in


@pytest.mark.parametrize("name", ["Signer", "signer", "SIGNER", "signer@example.com", "SIGNER@Example.com"])
async def test_signing_in_works_by_username_or_email_in_any_case(house: Household, name: str) -> None:
    student = await house.student(username="Signer", email="Signer@example.com")
    admission = await house.accounts.sign_in(sign_in(name))
    assert admission.user == student.user
    assert session_of(admission) != session_of(student)


@pytest.mark.parametrize("password", ["wrong", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1]])
async def test_a_wrong_password_is_refused(house: Household, password: str) -> None:
    student = await house.student()
    with pytest.raises(WrongPassword):
        await house.accounts.sign_in(sign_in(student.user.username, password))


async def test_an_unknown_name_is_refused_like_a_wrong_password(house: Household) -> None:
    with pytest.raises(WrongPassword) as unknown:
        await house.accounts.sign_in(sign_in("nobody"))
    assert unknown.value.facts == {}


async def test_a_refused_sign_in_begins_no_session(house: Household, database: Database) -> None:
    student = await house.student()
    with pytest.raises(WrongPassword):
        await house.accounts.sign_in(sign_in(student.user.username, "wrong"))
    assert await database["sessions"].count_documents({}) == 1


async def test_signing_in_renews_a_hash_of_old_parameters(house: Household, database: Database) -> None:
    student = await house.student()
    stronger = _with_passwords(house, database, Passwords(memory_kib=128, passes=2))
    await stronger.sign_in(signing_in(student.user))
    renewed = await stored(house, student.user)
    assert "m=128,t=2" in renewed.password_hash
    assert await house.admits(await stronger.sign_in(signing_in(student.user)))
    assert (await stored(house, student.user)).password_hash == renewed.password_hash


async def test_two_sign_ins_that_renew_the_hash_at_once_both_succeed(house: Household, database: Database) -> None:
    student = await house.student()
    stronger = _with_passwords(house, database, Passwords(memory_kib=128, passes=2))
    both = await asyncio.gather(*(stronger.sign_in(signing_in(student.user)) for _ in range(2)))
    assert [await house.admits(one) for one in both] == [True, True]


def _with_passwords(house: Household, database: Database, passwords: Passwords) -> Accounts:
    return Accounts(house.users, house.tickets, house.wards, house.sessions, passwords, house.clock)


# Changing the password


async def test_a_changed_password_is_the_one_to_sign_in_with(house: Household) -> None:
    student = await house.student()
    await house.accounts.change_password(await house.caller(student), change())
    with pytest.raises(WrongPassword):
        await house.accounts.sign_in(signing_in(student.user))
    assert await house.admits(await house.accounts.sign_in(signing_in(student.user, NEW_PASSWORD)))


async def test_changing_the_password_signs_out_every_other_device(house: Household) -> None:
    phone = await house.student()
    tablet, desk = [await house.accounts.sign_in(signing_in(phone.user)) for _ in range(2)]
    await house.accounts.change_password(await house.caller(desk), change())
    assert await house.admits(desk)
    assert set(house.closed) == {session_of(phone), session_of(tablet)}
    for other in (phone, tablet):
        with pytest.raises(SessionEnded):
            await house.caller(other)
        with pytest.raises(SessionEnded):
            await house.sessions.refresh(other.refresh_token)


async def test_the_current_password_is_needed_to_change_it(house: Household) -> None:
    student = await house.student()
    with pytest.raises(WrongPassword):
        await house.accounts.change_password(await house.caller(student), change(current="wrong"))
    assert await stored(house, student.user) == student.user


async def test_of_two_changes_of_a_password_at_once_one_is_told_of_the_conflict(house: Household) -> None:
    student = await house.student()
    caller = await house.caller(student)
    work = (house.accounts.change_password(caller, change(new=f"new password {number}")) for number in range(2))
    done = await asyncio.gather(*work, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) in (["Conflict", "NoneType"], ["NoneType", "WrongPassword"])


async def test_a_sign_in_that_overlaps_a_change_of_the_password_leaves_no_session(
    house: Household, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = await house.student()
    begin = house.sessions.begin

    async def change_first(user: User) -> Admission:
        await house.accounts.set_password(user.username, NEW_PASSWORD)
        return await begin(user)

    monkeypatch.setattr(house.sessions, "begin", change_first)
    with pytest.raises(WrongPassword):
        await house.accounts.sign_in(signing_in(student.user))
    assert await database["sessions"].count_documents({"ended_at": None}) == 0


async def test_the_command_line_sets_a_password_and_signs_everything_out(house: Household) -> None:
    student = await house.student()
    await house.accounts.set_password(address_of(student), NEW_PASSWORD)
    with pytest.raises(SessionEnded):
        await house.caller(student)
    assert await house.admits(await house.accounts.sign_in(signing_in(student.user, NEW_PASSWORD)))


async def test_the_command_line_cannot_set_the_password_of_nobody(house: Household) -> None:
    with pytest.raises(NotFound):
        await house.accounts.set_password("nobody", NEW_PASSWORD)


async def test_a_password_that_changed_meanwhile_is_a_conflict(house: Household) -> None:
    student = await house.student()
    old = replace(student.user, password_hash="an older one")
    assert not await house.users.replace_password(old, "a newer one", house.clock.now())
    with pytest.raises(Conflict):
        await house.accounts._replace_password(old, NEW_PASSWORD)


# The own profile


async def test_a_profile_changes_only_where_something_was_given(house: Household) -> None:
    student = await house.student(grade=7)
    house.clock.advance(minutes=1)
    changed = await house.accounts.update_me(await house.caller(student), UpdateMe(grade=8))
    assert changed.updated_at > student.user.updated_at
    assert replace(changed, updated_at=student.user.updated_at) == replace(student.user, grade=8)
    assert await stored(house, student.user) == changed


async def test_a_changed_email_address_is_the_one_to_sign_in_with(house: Household) -> None:
    student = await house.student()
    await house.accounts.update_me(await house.caller(student), UpdateMe(email="New.Mail@example.com"))
    assert (await house.accounts.sign_in(sign_in("new.mail@EXAMPLE.com"))).user.id == student.user.id
    with pytest.raises(WrongPassword):
        await house.accounts.sign_in(sign_in(address_of(student)))


async def test_an_email_address_of_somebody_else_cannot_be_taken(house: Household) -> None:
    student, other = await house.student(), await house.student()
    with pytest.raises(EmailTaken):
        await house.accounts.update_me(await house.caller(student), UpdateMe(email=address_of(other).upper()))


async def test_the_own_email_address_may_be_given_again(house: Household) -> None:
    student = await house.student()
    changed = await house.accounts.update_me(await house.caller(student), UpdateMe(email=student.user.email))
    assert changed.email == student.user.email


async def test_a_teacher_has_no_grade_to_set(house: Household) -> None:
    teacher = await house.teacher()
    with pytest.raises(NotAllowed):
        await house.accounts.update_me(await house.caller(teacher), UpdateMe(grade=8))


async def test_a_person_who_is_gone_is_not_found(house: Household) -> None:
    student = await house.student()
    ghost = replace(await house.caller(student), id=new_id())
    with pytest.raises(NotFound):
        await house.accounts.me(ghost)
    with pytest.raises(NotFound):
        await house.accounts.update_me(ghost, UpdateMe(display_name="鬼"))


async def test_names_are_found_for_those_who_exist(house: Household) -> None:
    one, two = await house.student(display_name="小红"), await house.teacher(display_name="王老师")
    found = await house.accounts.names_of([one.user.id, two.user.id, one.user.id, new_id()])
    assert {user_id: user.display_name for user_id, user in found.items()} == {
        one.user.id: "小红",
        two.user.id: "王老师",
    }
    assert await house.accounts.names_of([]) == {}


async def test_the_command_line_opens_a_student_without_signing_in(house: Household) -> None:
    user = await house.accounts.create_student(registration(grade=3), "en")
    assert (user.role, user.grade, user.language) == ("student", 3, "en")
    assert isinstance(await house.caller(await house.accounts.sign_in(signing_in(user))), Caller)
