"""The nouns of files: what somebody sent, the pictures that were made of it, and what uses it."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO, Literal

from tutor.pictures.kinds import Format, Kind, kind_of

Size = Literal["full", "thumbnail"]

LONGEST_NAME = 120
LONGEST_ENDING = 10
NAMELESS = "file"


@dataclass(frozen=True, slots=True)
class Use:
    """What needs a file: a thing of some room, such as `Use("submission", its_id)`."""

    kind: str
    id: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """One picture of a file, in pixels. A photo has one page."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class File:
    """Something that was sent and is kept as clean pictures, never as it came.

    `digest` is the SHA-256 of what came, so that a repeated upload is known; `size` its bytes. `uses` are the keys of
    what needs it; with none it is its owner's alone, and is swept away some time after it came or was let go.
    `deleted_at` is set for the moment in which its pictures are being removed.
    """

    id: str
    owner_id: str
    client_id: str
    kind: Kind
    name: str
    size: int
    digest: str
    pages: tuple[Page, ...]
    created_at: datetime
    uses: tuple[str, ...] = ()
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """What has just come in: its bytes in a file without a name that goes when it is closed."""

    name: str
    form: Format
    size: int
    digest: str
    source: BinaryIO

    @property
    def kind(self) -> Kind:
        return kind_of(self.form)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be shown: its JPEG bytes, its name for people, and the tag that a browser knows it by.

    A browser that has it gets no bytes.
    """

    body: bytes | None
    name: str
    tag: str


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much may be sent. Bytes, and how many files of one person nothing may use yet, kept for `unclaimed_h`."""

    photo_bytes: int
    pdf_bytes: int
    unclaimed_per_user: int
    unclaimed_h: float

    def bytes_of(self, kind: Kind) -> int:
        """The most bytes of one file of a kind."""
        return self.pdf_bytes if kind == "pdf" else self.photo_bytes


def clean_name(given: str) -> str:
    """The name that people see: no folders, no control or direction marks, not too long."""
    last = PurePosixPath(unicodedata.normalize("NFC", given).replace("\\", "/")).name
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    stem, dot, end = shown.rpartition(".")
    if dot and len(end) < LONGEST_ENDING:  # a long name keeps its ending
        shown = f"{stem[: LONGEST_NAME - len(end) - 1]}.{end}"
    return shown[:LONGEST_NAME] or NAMELESS
