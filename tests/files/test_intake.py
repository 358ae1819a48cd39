"""Room for uploads: a full disk and used-up handles are said, and forgotten when they are over."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.factories import Person, Refused, a_photo

LARGE = a_photo() + bytes(3 * 1024 * 1024)


@contextmanager
def lowered(limit: int, value: int) -> Iterator[None]:
    """For this whole process, as the kernel keeps it."""
    before, most = resource.getrlimit(limit)
    resource.setrlimit(limit, (value, most))
    try:
        yield
    finally:
        resource.setrlimit(limit, (before, most))


@pytest.mark.parametrize(
    ("limit", "value"),
    [(resource.RLIMIT_FSIZE, 1024 * 1024), (resource.RLIMIT_NOFILE, 3)],
    ids=["the disk is full", "no handle is left"],
)
async def test_without_room_an_upload_is_refused_and_taken_when_there_is_room_again(
    student: Person, limit: int, value: int
) -> None:
    await student.send_file(a_photo())  # the connection is open by then
    with lowered(limit, value), pytest.raises(Refused) as refused:
        await student.send_file(LARGE)
    assert (refused.value.code, refused.value.status) == ("no_room", 507)
    assert await student.send_file(LARGE)
