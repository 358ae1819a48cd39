"""What a file is by its first bytes; names and declared types are not believed. The server and the worker ask it."""

from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["photo", "pdf"]
Format: TypeAlias = Literal["JPEG", "PNG", "WEBP", "HEIF", "PDF"]

HEAD_BYTES = 32
PNG = b"\x89PNG\r\n\x1a\n"
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def format_of(head: bytes) -> Format | None:
    """The format that begins with `head`, its first `HEAD_BYTES` bytes; None when we read no such thing."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(PNG):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "HEIF"
    return "PDF" if head.startswith(b"%PDF-") else None


def kind_of(form: Format) -> Kind:
    """Whether something of this format is a photo or a PDF."""
    return "pdf" if form == "PDF" else "photo"
