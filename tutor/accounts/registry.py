"""Schools and wards in MongoDB: the only code that knows their documents. Used by `schools.py` and `wards.py`."""

from collections.abc import Iterable

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from tutor.accounts.models import School, Ward
from tutor.core.mongo import Database, Mapped, documents, ensure_indexes


class SchoolStore:
    """The schools. There are few, and nobody looks for one but by its id."""

    def __init__(self, database: Database) -> None:
        self._schools = database["schools"]
        self._mapped = Mapped(School)

    async def insert(self, school: School) -> None:
        """Store a new school."""
        await self._schools.insert_one(self._mapped.to_document(school))

    async def find(self, school_id: str) -> School | None:
        """The school with this id."""
        document = await self._schools.find_one({"_id": school_id})
        return None if document is None else self._mapped.from_document(document)

    async def all(self) -> list[School]:
        """Every school, the oldest first."""
        found = documents(self._schools, {}, order=(("_id", ASCENDING),))
        return [self._mapped.from_document(document) async for document in found]


def ward_id(guardian_id: str, student_id: str) -> str:
    """The id of a pair, so that one look tells whether it is there."""
    return f"{guardian_id}:{student_id}"


class WardStore:
    """Who is whose guardian."""

    def __init__(self, database: Database) -> None:
        self._wards = database["wards"]
        self._mapped = Mapped(Ward)

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._wards, [IndexModel("guardian_id"), IndexModel("student_id")])

    async def insert(self, ward: Ward) -> None:
        """Store a pair; one that is there already stays as it is."""
        try:
            await self._wards.insert_one(self._mapped.to_document(ward))
        except DuplicateKeyError:
            return

    async def remove(self, guardian_id: str, student_id: str) -> bool:
        """Forget a pair; False when it was not there."""
        result = await self._wards.delete_one({"_id": ward_id(guardian_id, student_id)})
        return result.deleted_count == 1

    async def of_guardian(self, guardian_id: str) -> list[Ward]:
        """A guardian's wards."""
        return [self._mapped.from_document(each) async for each in documents(self._wards, {"guardian_id": guardian_id})]

    async def of_student(self, student_id: str) -> list[Ward]:
        """The pairs that a student is the ward of."""
        return [self._mapped.from_document(each) async for each in documents(self._wards, {"student_id": student_id})]

    async def there(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those of some pairs of guardian and student that are there."""
        wanted = {"_id": {"$in": [ward_id(*pair) for pair in pairs]}}
        found = [self._mapped.from_document(each) async for each in documents(self._wards, wanted)]
        return frozenset((ward.guardian_id, ward.student_id) for ward in found)
