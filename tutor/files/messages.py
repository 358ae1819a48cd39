"""What crosses the edge of files: sending one, looking at its pictures."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from tutor.core.messages import Answer, ClientId, Command


class SendFile(Command):
    """How a file is sent: the body is multipart with a part named `file`. The same `client_id` again gives the same
    file, so that a lost answer can be asked for by sending again.
    """

    client_id: ClientId | None = None


class LookAtFile(Command):
    """Which picture of a file: the first page is 1, and a photo has no other."""

    page: Annotated[int, Field(ge=1)] = 1
    size: Literal["full", "thumbnail"] = "full"


class PageView(Answer):
    """One picture of a file, in pixels."""

    width: int
    height: int


class FileView(Answer):
    """A file as its owner and its readers see it; its pictures are at `/api/v1/files/{id}`."""

    id: str
    kind: Literal["photo", "pdf"]
    name: str
    pages: list[PageView]
    created_at: datetime


class OneFile(Answer):
    """A file in its envelope."""

    file: FileView
