"""The verbs of files: one comes in, is looked at, taken away; rooms claim what they use, and the rest is swept.

Called by `routes.py`, `jobs.py`, and by the rooms that use files.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import Conflict, NotAllowed, NotFound
from tutor.files.access import Readers
from tutor.files.errors import FileInUse, TooManyFiles
from tutor.files.messages import FileView, LookAtFile, PageView, SendFile
from tutor.files.models import File, FileLimits, Page, Picture, Upload, Use
from tutor.files.store import FileStore, LooseEnd
from tutor.pictures.studio import Album, Studio

log = structlog.get_logger(__name__)

SENDERS = {"student", "teacher"}
SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep took away: files that nothing had used for long, and what unfinished uploads left."""

    unclaimed: int
    unfinished: int


class Files:
    """What people have sent. A file is its owner's until a room claims it; then the room decides who else sees it.

    A room claims first and stores its own thing afterwards: a crash in between leaves a file too many, never one too
    few.
    """

    def __init__(self, store: FileStore, studio: Studio, readers: Readers, clock: Clock, limits: FileLimits) -> None:
        self._store = store
        self._studio = studio
        self._readers = readers
        self._clock = clock
        self._limits = limits

    async def admit(self, caller: Caller, command: SendFile) -> None:
        """Say before its bytes come whether a file may be sent.

        Raises:
            NotAllowed: the caller neither learns nor teaches.
            TooManyFiles: nothing uses what they have sent so far.

        """
        if caller.role not in SENDERS:
            raise NotAllowed
        if await self._sent_before(caller, command) is not None:
            return
        if await self._store.count_loose(caller.id) >= self._limits.unclaimed_per_user:
            raise TooManyFiles(limit=self._limits.unclaimed_per_user)

    async def _sent_before(self, caller: Caller, command: SendFile) -> File | None:
        if command.client_id is None:
            return None
        return await self._store.find_sent(caller.id, command.client_id.lower())

    async def keep(self, caller: Caller, command: SendFile, upload: Upload) -> FileView:
        """Make pictures of what has come and keep them; what is known by its `client_id` is not drawn again.

        Raises:
            Conflict: the same `client_id` came with something else.
            PictureRefused: there are no pictures of it, for one of the reasons in `pictures/errors.py`.
            Busy: too many others are waiting for theirs.

        """
        file = await self._sent_before(caller, command)
        if file is None:
            async with self._studio.develop(upload.source, upload.form) as album:
                file = await self._store_all(caller, command, upload, album)
        if file.digest != upload.digest or file.deleted_at is not None:
            raise Conflict(what="file")
        return view_of(file)

    async def _store_all(self, caller: Caller, command: SendFile, upload: Upload, album: Album) -> File:
        wanted = File(
            id=new_id(),
            owner_id=caller.id,
            client_id=(command.client_id or new_id()).lower(),
            kind=upload.kind,
            name=upload.name,
            size=upload.size,
            digest=upload.digest,
            pages=tuple(Page(leaf.full.width, leaf.full.height) for leaf in album.leaves),
            created_at=self._clock.now(),
        )
        await self._store.loosen(LooseEnd(wanted.id, caller.id, len(wanted.pages), wanted.created_at))
        for number, leaf in enumerate(album.leaves, start=1):
            await self._store.add_picture(wanted.id, number, "full", album.bytes_of(leaf.full))
            await self._store.add_picture(wanted.id, number, "thumbnail", album.bytes_of(leaf.thumbnail))
        file, is_new = await self._store.add(wanted)
        if is_new:
            log.info("file_kept", user=caller.id, file=file.id, kind=file.kind, pages=len(file.pages), size=file.size)
        else:  # the same was sent twice at once, and the other was faster
            await self._store.remove(wanted.id, len(wanted.pages))
        return file

    async def look(self, caller: Caller, file_id: str, query: LookAtFile, known: str | None = None) -> Picture:
        """A picture of a file; without its bytes when the asker has them, as the tag `known` says.

        Raises:
            NotFound: no such file or page, or not the caller's to see.

        """
        file = await self._store.find(file_id)
        if file is None or file.deleted_at is not None or not await self._readers.may_read(caller, file):
            raise NotFound(what="file")
        if query.page > len(file.pages):
            raise NotFound(what="page")
        tag = f"{file.id}-{query.page}-{query.size}"
        stem = file.name.rpartition(".")[0] or file.name
        name = f"{stem}-{query.page}.jpg" if len(file.pages) > 1 else f"{stem}.jpg"
        if tag == known:
            return Picture(None, name, tag)
        body = await self._store.picture(file.id, query.page, query.size)
        if body is None:
            raise NotFound(what="file")
        return Picture(body, name, tag)

    async def delete(self, caller: Caller, file_id: str) -> None:
        """Take a file of one's own away.

        Raises:
            NotFound: there is no such file of the caller's.
            FileInUse: something uses it.

        """
        file = await self._store.find(file_id)
        if file is None or file.owner_id != caller.id or file.deleted_at is not None:
            raise NotFound(what="file")
        if not await self._store.begin_removal(file.id, self._clock.now()):
            raise FileInUse
        await self._store.remove(file.id, len(file.pages))
        log.info("file_deleted", user=caller.id, file=file.id)

    async def claim(self, file_ids: Iterable[str], owner_id: str, by: Use) -> list[File]:
        """Let a thing use files of an owner, all of them or none; in their order. Claiming again changes nothing.

        Raises:
            NotFound: one of them is not there, or somebody else's.

        """
        wanted, now = list(dict.fromkeys(file_ids)), self._clock.now()
        held = {file.id for file in (await self._store.find_many(wanted)).values() if by.key in file.uses}
        for number, file_id in enumerate(wanted):
            if not await self._store.add_use(file_id, owner_id, by.key):
                await self.release([one for one in wanted[:number] if one not in held], by)
                raise NotFound(what="file")
        await self._store.tie(wanted, now)
        found = await self._store.find_many(wanted)
        return [found[file_id] for file_id in wanted]

    async def share(self, file_ids: Iterable[str], held_by: Use, by: Use) -> None:
        """Let another thing use the files that one uses already, whoever sent them; those that it does not use stay."""
        for file in (await self._store.find_many(file_ids)).values():
            if held_by.key in file.uses:
                await self._store.add_use(file.id, file.owner_id, by.key)

    async def release(self, file_ids: Iterable[str], by: Use) -> None:
        """A thing uses the files no more; those that nothing else uses are swept some time later."""
        for file in (await self._store.find_many(file_ids)).values():
            await self._store.loosen(LooseEnd(file.id, file.owner_id, len(file.pages), self._clock.now()))
            await self._store.drop_use(file.id, by.key)

    async def views(self, file_ids: Iterable[str]) -> dict[str, FileView]:
        """What there is to say about files, by their ids; who asks has seen to it that it may be told."""
        return {file.id: view_of(file) for file in (await self._store.find_many(file_ids)).values()}

    async def picture(self, file_id: str, page: int) -> bytes | None:
        """A whole picture for a room that uses the file, such as for the model that reads it; None when it is gone."""
        return await self._store.picture(file_id, page, "full")

    async def sweep(self) -> Swept:
        """Take away what nothing has used for long enough."""
        unclaimed = unfinished = 0
        due = self._clock.now() - timedelta(hours=self._limits.unclaimed_h)
        while ends := await self._store.loose_since(due, SWEPT_AT_ONCE):
            for loose in ends:
                file = await self._store.find(loose.id)
                if file is not None and await self._is_used(file):
                    await self._store.tie([file.id], due)
                    continue
                await self._store.remove(loose.id, loose.pages)
                unclaimed, unfinished = unclaimed + (file is not None), unfinished + (file is None)
        if unclaimed or unfinished:
            log.info("files_swept", unclaimed=unclaimed, unfinished=unfinished)
        return Swept(unclaimed, unfinished)

    async def _is_used(self, file: File) -> bool:
        """Whether something uses a file; when not, nothing can from now on."""
        await self._store.begin_removal(file.id, self._clock.now())
        now = await self._store.find(file.id)
        return now is not None and now.deleted_at is None


def view_of(file: File) -> FileView:
    """A file as people see it."""
    return FileView(
        id=file.id,
        kind=file.kind,
        name=file.name,
        pages=[PageView(width=page.width, height=page.height) for page in file.pages],
        created_at=file.created_at,
    )
