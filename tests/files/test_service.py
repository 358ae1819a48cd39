"""Files that rooms use: claiming, letting go, and the sweep of what nothing uses."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pymongo.errors import ConnectionFailure

from tests.accounts.test_jobs import SteppedClock
from tests.conftest import Serve
from tests.factories import FakeClock, People, Person, Refused, a_photo
from tutor.core.archive import backup, restore
from tutor.core.clock import new_id
from tutor.core.errors import NotFound
from tutor.core.mongo import Database
from tutor.files.context import FILES
from tutor.files.jobs import SWEEP_S, sweep
from tutor.files.models import Use
from tutor.files.service import Files, Swept
from tutor.files.store import FileStore, LooseEnd

DAY_S = 24 * 3600.0


@dataclass
class Desk:
    """A server whose clock can be moved, and somebody who sends files to it."""

    people: People
    student: Person
    clock: FakeClock
    files: Files
    store: FileStore

    async def a_file(self) -> str:
        """The id of a file that was just sent."""
        file_id: str = (await self.student.send_file(a_photo()))["id"]
        return file_id

    async def is_there(self, file_id: str) -> bool:
        """Whether its owner can still see a file."""
        try:
            return bool(await self.student.picture(file_id))
        except Refused:
            return False


@pytest.fixture
async def desk(serve: Serve, database: Database) -> AsyncIterator[Desk]:
    clock = FakeClock()
    async with People(await serve(clock=clock, accounts={"access_minutes": 100_000})) as people:
        await database["loose_files"].delete_many({})  # of the tests before
        files = people.server.app[FILES]
        yield Desk(people, await people.student(), clock, files, FileStore(database))


def a_use() -> Use:
    return Use("submission", new_id())


async def test_a_claim_gives_the_files_in_the_order_asked_for(desk: Desk) -> None:
    first, second, use = await desk.a_file(), await desk.a_file(), a_use()
    claimed = await desk.files.claim([second, first, second], desk.student.id, use)
    assert [file.id for file in claimed] == [second, first]
    assert [file.uses for file in claimed] == [(use.key,), (use.key,)]
    assert await desk.files.claim([second, first], desk.student.id, use) == claimed


async def test_a_claim_of_what_is_not_all_the_owners_claims_nothing(desk: Desk) -> None:
    mine, kept, use = await desk.a_file(), await desk.a_file(), a_use()
    theirs = (await (await desk.people.student()).send_file(a_photo()))["id"]
    await desk.files.claim([kept], desk.student.id, use)
    for wrong in (theirs, new_id()):
        with pytest.raises(NotFound):
            await desk.files.claim([mine, kept, wrong], desk.student.id, use)
    found = await desk.store.find_many([mine, kept, theirs])
    assert {file.id: file.uses for file in found.values()} == {mine: (), kept: (use.key,), theirs: ()}


async def test_a_thing_shares_the_files_that_it_uses_itself(desk: Desk) -> None:
    used, unused, one, other = await desk.a_file(), await desk.a_file(), a_use(), a_use()
    await desk.files.claim([used], desk.student.id, one)
    await desk.files.share([used, unused, new_id()], one, other)
    found = await desk.store.find_many([used, unused])
    assert {file.id: set(file.uses) for file in found.values()} == {used: {one.key, other.key}, unused: set()}
    await desk.files.release([used], one)
    desk.clock.advance(DAY_S + 1)
    await desk.files.sweep()
    assert await desk.is_there(used)


async def test_what_nothing_uses_for_a_day_is_swept_and_the_rest_stays(desk: Desk) -> None:
    unused, used, twice, let_go = [await desk.a_file() for _ in range(4)]
    one, other = a_use(), a_use()
    await desk.files.claim([used, twice, let_go], desk.student.id, one)
    await desk.files.claim([twice], desk.student.id, other)
    desk.clock.advance(DAY_S - 60)
    await desk.files.release([let_go, twice], one)
    assert await desk.files.sweep() == Swept(0, 0)
    desk.clock.advance(120)
    assert await desk.files.sweep() == Swept(1, 0)
    assert [await desk.is_there(file_id) for file_id in (unused, used, twice, let_go)] == [False, True, True, True]
    desk.clock.advance(DAY_S)
    assert await desk.files.sweep() == Swept(1, 0)
    assert [await desk.is_there(file_id) for file_id in (used, twice, let_go)] == [True, True, False]
    desk.clock.advance(DAY_S)
    assert await desk.files.sweep() == Swept(0, 0)


async def test_a_claim_and_a_sweep_at_once_leave_a_whole_file_or_none(desk: Desk) -> None:
    for _ in range(10):
        file_id, use = await desk.a_file(), a_use()
        desk.clock.advance(DAY_S + 1)
        claimed, swept = await asyncio.gather(
            desk.files.claim([file_id], desk.student.id, use), desk.files.sweep(), return_exceptions=True
        )
        assert isinstance(swept, Swept)
        assert isinstance(claimed, NotFound) is (swept.unclaimed == 1)
        assert await desk.is_there(file_id) is (swept.unclaimed == 0)


async def test_what_a_crash_left_half_done_is_swept(desk: Desk, database: Database) -> None:
    file_id, now = new_id(), desk.clock.now()
    await desk.store.loosen(LooseEnd(file_id, desk.student.id, 2, now))
    await desk.store.add_picture(file_id, 1, "full", a_photo())
    removing = await desk.a_file()
    assert await desk.store.begin_removal(removing, now)
    assert not await desk.store.begin_removal(removing, now)
    desk.clock.advance(DAY_S + 1)
    assert await desk.files.sweep() == Swept(1, 1)
    for one in (file_id, removing):
        assert await database["pictures.files"].count_documents({"_id": {"$regex": f"^{one}"}}) == 0
        assert await desk.store.find(one) is None
    assert await desk.store.count_loose(desk.student.id) == 0


async def test_a_room_gets_views_and_whole_pictures_of_what_it_uses(desk: Desk) -> None:
    file_id = await desk.a_file()
    views = await desk.files.views([file_id, new_id()])
    assert [(view.id, view.name, view.kind) for view in views.values()] == [(file_id, "IMG_2041.jpg", "photo")]
    assert await desk.files.picture(file_id, 1) == await desk.student.picture(file_id)
    assert await desk.files.picture(file_id, 2) is None


async def test_the_sweep_goes_on_for_ever_also_after_the_store_was_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id, clock, faults, real = await desk.a_file(), SteppedClock(), [ConnectionFailure("away")], desk.files.sweep

    async def away_once() -> Swept:
        if faults:
            raise faults.pop()
        return await real()

    monkeypatch.setattr(desk.files, "sweep", away_once)
    desk.clock.advance(DAY_S + 1)
    job = asyncio.create_task(sweep(desk.files, clock))
    await clock.step()
    assert await desk.is_there(file_id)
    await clock.step()
    assert not await desk.is_there(file_id)
    assert set(clock.asked) == {SWEEP_S}
    job.cancel()


async def test_a_backup_has_the_pictures_too(desk: Desk, database: Database, tmp_path: Path) -> None:
    file_id = await desk.a_file()
    picture, copied = await desk.student.picture(file_id), database.client["copy_with_pictures"]
    counts = await backup(database, tmp_path / "school.backup")
    assert counts["pictures.chunks"] >= counts["pictures.files"] >= 2
    await restore(copied, tmp_path / "school.backup")
    assert await FileStore(copied).picture(file_id, 1, "full") == picture
    await database.client.drop_database("copy_with_pictures")
