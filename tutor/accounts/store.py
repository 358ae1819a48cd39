"""Users, sessions and invitations in MongoDB: the only code that knows their documents. Used by the service."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.accounts.errors import EmailTaken, UsernameTaken
from tutor.accounts.models import Invitation, Session, User, folded
from tutor.core.caller import Language, Role
from tutor.core.mongo import Database, Document, Mapped, documents, ensure_indexes

LEFT_OVER_AFTER = timedelta(minutes=1)


class Users:
    """The people. A username and an e-mail address belong to one of them, whatever their case.

    An address can change, so it is held by a document of its own that is inserted and deleted: the embedded store keeps
    the old entry of a unique index when an update changes its field.
    """

    def __init__(self, database: Database) -> None:
        self._users = database["users"]
        self._addresses = database["email_addresses"]
        self._mapped = Mapped(User)

    async def prepare(self) -> None:
        """Create the indexes."""
        in_school = IndexModel([("school_id", ASCENDING), ("_id", ASCENDING)])
        await ensure_indexes(self._users, [IndexModel("username_key", unique=True), IndexModel("email_key"), in_school])

    async def insert(self, user: User) -> None:
        """Store a new user.

        Raises:
            UsernameTaken, EmailTaken: somebody was earlier.

        """
        username_key, email_key = folded(user.username), folded(user.email) if user.email is not None else None
        if await self._users.find_one({"username_key": username_key}) is not None:
            raise UsernameTaken
        if email_key is not None:
            await self._take_address(email_key, user.id, user.created_at)
        document = {**self._mapped.to_document(user), "username_key": username_key, "email_key": email_key}
        try:
            await self._users.insert_one(document)
        except DuplicateKeyError as error:
            await self._give_address_back(email_key, user.id)
            raise UsernameTaken from error

    async def _take_address(self, key: str, user_id: str, now: datetime) -> None:
        try:
            await self._addresses.insert_one({"_id": key, "user_id": user_id, "taken_at": now})
        except DuplicateKeyError as error:
            held = await self._addresses.find_one({"_id": key})
            if held is None or not await self._is_left_over(key, held, user_id, now):
                raise EmailTaken from error
            result = await self._addresses.update_one(held, {"$set": {"user_id": user_id, "taken_at": now}})
            if result.matched_count == 0:
                raise EmailTaken from error

    async def _is_left_over(self, key: str, held: Document, user_id: str, now: datetime) -> bool:
        """Whether nobody has the address any more: a crash came between its holder and its user."""
        if held["user_id"] == user_id:
            return True
        taken_at = held["taken_at"]
        if not isinstance(taken_at, datetime) or now - taken_at < LEFT_OVER_AFTER:
            return False
        return await self._users.find_one({"_id": held["user_id"], "email_key": key}) is None

    async def _give_address_back(self, key: str | None, user_id: str) -> None:
        if key is not None:
            await self._addresses.delete_one({"_id": key, "user_id": user_id})

    async def find(self, user_id: str) -> User | None:
        """The user with this id."""
        return self._user(await self._users.find_one({"_id": user_id}))

    async def find_by_name(self, name: str) -> User | None:
        """The user with this username or e-mail address; no username has an @."""
        field = "email_key" if "@" in name else "username_key"
        return self._user(await self._users.find_one({field: folded(name)}))

    async def find_many(self, user_ids: Iterable[str]) -> list[User]:
        """Those of the users that exist."""
        wanted = {"_id": {"$in": sorted(set(user_ids))}}
        return [self._mapped.from_document(document) async for document in documents(self._users, wanted)]

    async def of_school(self, school_id: str, role: Role | None, after: str | None, limit: int) -> list[User]:
        """The people of a school, of one role or all, those who came first before the others, from `after` on."""
        wanted: Document = {"school_id": school_id}
        if role is not None:
            wanted["role"] = role
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = documents(self._users, wanted, order=(("_id", ASCENDING),), limit=limit)
        return [self._mapped.from_document(document) async for document in found]

    async def enter_school(self, user_id: str, school_id: str, before: str | None) -> User | None:
        """Put a user into a school who is in none or in `before`, and return them: of several at once, one succeeds."""
        free = {"$in": [{"$ifNull": ["$school_id", None]}, [None, before]]}
        chosen = {"$cond": [free, school_id, "$school_id"]}
        await self._users.update_one({"_id": user_id}, [{"$set": {"school_id": chosen}}])
        return await self.find(user_id)

    async def update(
        self,
        user_id: str,
        now: datetime,
        *,
        display_name: str | None,
        email: str | None,
        grade: int | None,
        language: Language | None,
    ) -> User | None:
        """Change what is not None; the user as they are then.

        Raises:
            EmailTaken: somebody else has the address.

        """
        email_key = folded(email) if email is not None else None
        given = {
            "display_name": display_name,
            "email": email,
            "email_key": email_key,
            "grade": grade,
            "language": language,
        }
        changes: Document = {name: value for name, value in given.items() if value is not None}
        if email_key is not None:
            await self._take_address(email_key, user_id, now)
        before: Document | None = await self._users.find_one_and_update(
            {"_id": user_id}, {"$set": {**changes, "updated_at": now}}
        )
        if (
            before is not None
            and email_key is not None
            and isinstance(old := before["email_key"], str)
            and old != email_key
        ):
            await self._give_address_back(old, user_id)
        return await self.find(user_id)

    async def replace_password(self, user: User, password_hash: str, now: datetime) -> bool:
        """Store another hash unless the password changed since `user` was read; whether it was stored."""
        result = await self._users.update_one(
            {"_id": user.id, "password_hash": user.password_hash},
            {"$set": {"password_hash": password_hash, "updated_at": now}},
        )
        return result.matched_count == 1

    def _user(self, document: Document | None) -> User | None:
        return None if document is None else self._mapped.from_document(document)


class SessionStore:
    """The sign-ins. MongoDB forgets them by itself when they have expired."""

    def __init__(self, database: Database) -> None:
        self._sessions = database["sessions"]
        self._mapped = Mapped(Session)

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._sessions, [IndexModel("user_id"), IndexModel("expires_at", expireAfterSeconds=0)])

    async def insert(self, session: Session) -> None:
        """Store a new session."""
        await self._sessions.insert_one(self._mapped.to_document(session))

    async def find(self, session_id: str) -> Session | None:
        """The session with this id, dead or alive."""
        document = await self._sessions.find_one({"_id": session_id})
        return None if document is None else self._mapped.from_document(document)

    async def rotate(self, session: Session, token_hash: str, now: datetime, expires_at: datetime) -> bool:
        """Make one token the only good one, unless the session changed since it was read; whether that was done."""
        result = await self._sessions.update_one(
            {"_id": session.id, "token_hashes": list(session.token_hashes), "ended_at": None},
            {
                "$set": {
                    "token_hashes": [token_hash],
                    "previous_hashes": list(session.token_hashes),
                    "rotated_at": now,
                    "expires_at": expires_at,
                }
            },
        )
        return result.matched_count == 1

    async def add_token(self, session: Session, token_hash: str) -> bool:
        """Make one more token good, unless the session changed since it was read; whether that was done."""
        result = await self._sessions.update_one(
            {"_id": session.id, "token_hashes": list(session.token_hashes), "ended_at": None},
            {"$push": {"token_hashes": token_hash}},
        )
        return result.matched_count == 1

    async def end(self, session_ids: Collection[str], now: datetime) -> None:
        """End sessions; those that have ended already stay as they are."""
        await self._sessions.update_many(
            {"_id": {"$in": list(session_ids)}, "ended_at": None}, {"$set": {"ended_at": now}}
        )

    async def ids_of(self, user_id: str) -> list[str]:
        """The sessions of a user that were not ended."""
        wanted = {"user_id": user_id, "ended_at": None}
        return [str(document["_id"]) async for document in documents(self._sessions, wanted)]

    async def living(self, session_ids: Collection[str], now: datetime) -> frozenset[str]:
        """Which of these sessions are alive."""
        wanted = {"_id": {"$in": list(session_ids)}, "ended_at": None, "expires_at": {"$gt": now}}
        return frozenset([str(document["_id"]) async for document in documents(self._sessions, wanted)])


class Invitations:
    """Invitations and guardians' codes. MongoDB forgets them by itself when they have expired."""

    def __init__(self, database: Database) -> None:
        self._invitations = database["invitations"]
        self._mapped = Mapped(Invitation)

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._invitations, [IndexModel("expires_at", expireAfterSeconds=0)])

    async def insert(self, invitation: Invitation) -> None:
        """Store a new invitation."""
        await self._invitations.insert_one(self._mapped.to_document(invitation))

    async def find(self, invitation_id: str) -> Invitation | None:
        """The invitation with this id, good or not."""
        document = await self._invitations.find_one({"_id": invitation_id})
        return None if document is None else self._mapped.from_document(document)

    async def claim(self, invitation_id: str, user_id: str) -> bool:
        """Use an invitation up; False when it is not there or used. Of several at once, one gets it."""
        claimed = {"$ifNull": ["$used_by", user_id]}
        await self._invitations.update_one({"_id": invitation_id}, [{"$set": {"used_by": claimed}}])
        found = await self.find(invitation_id)
        return found is not None and found.used_by == user_id

    async def give_back(self, invitation_id: str) -> None:
        """Make an invitation good again whose claimer got nothing for it."""
        await self._invitations.update_one({"_id": invitation_id}, {"$set": {"used_by": None}})
