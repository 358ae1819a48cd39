"""What people send, on purpose or not: photos and PDF as they should be, and everything that only looks like them."""

import base64
import gzip
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO

from PIL import Image, ImageCms

from tests.factories import a_photo

SCRIPT = b"<script>alert(document.cookie)</script>"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
GPS_INFO, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F
SECRET = "SecretPhone"
UPRIGHT = {1: "left top", 2: "right top", 3: "right bottom", 4: "left bottom"}
TURNED = {5: "left top", 6: "right top", 7: "right bottom", 8: "left bottom"}
# 64 x 48, navy with a white upper left corner, held upright (orientation 6), made by a SecretPhone.
HEIC = base64.b85decode(
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0005VZDn*}000000000XXk=`10000000000aA{+700000000000000000000G-+&aV*mgE07O6l0ssL3"
    "00001>;M4(00000002S&0ssI200J%m0RR9100000JOBUyIB98aW&i*H00062000$fZf0cy000000RRAKc4ILB0000LX>Mj^0ssI300IC2MR;ju0000"
    "04sdC7Z2$lO00031009SSaB^?}008D`aAR)(004Gqc4I>U18@KU0FVFx0000U@BsY%`1k+-4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC9009"
    "6hLID8-Z~y=U0FVFx0{{R603M(qfd!W8<fgf}2xu@M00096AOHXZ03l)k0RRR>0l{;?i2wiq6Ju{|a&BX6cmM$a4FCp!0000KX>)L8000000000$00"
    "00$0000eV{Bn?0000$000010000m000010000000002|NsB+000020000GaA|mH000000|*ER00009X>xCL0{{R38EJ5BVE_OC000000RRC8fdT^sg"
    "oXeB02*m>Wo7^X0000001jhhb7KGk009620001nZDe6|0000!C;_h%fWyX1WQ66tU1BRmssHj<rI;sIIP$wpe&qeI2hx~igHr`7su!9QZ~s0S&hp_;"
    "w89Cp-p<5f6>tCm00u>PX=VTbO-%qQ0000800IFI00IC201N;C044zv00RI30096700000002{EV{&D5P-t&%WdH"
)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_png(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    """A PNG written by hand, so that its head can say what its body does not hold; colour 0 is grey, 2 RGB."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [PNG_HEAD, chunk(b"IHDR", head), extra, chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")]
    return b"".join(parts)


def sixteen_bits(*, grey: bool) -> bytes:
    """A PNG of 16 bits a channel, of a middle brightness that eight bits would cut to white."""
    width, height, channels = 40, 30, 1 if grey else 3
    row = b"\x00" + struct.pack(">H", 0x8000) * channels * width
    return a_png(width, height, row * height, depth=16, colour=0 if grey else 2)


def with_exif(form: str, *, orientation: int = 1, size: tuple[int, int] = (60, 40)) -> bytes:
    """A photo with the camera's maker and the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, SECRET
    exif.get_ifd(GPS_INFO).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    return a_photo(size, form, exif=exif.tobytes(), quality=90)


def with_profile() -> bytes:
    """A photo with a colour profile that has a long and telling name."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return a_photo(icc_profile=profile)


def animated(form: str) -> bytes:
    """Three frames of which the first is navy."""
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("navy", "red", "lime")]
    with BytesIO() as written:
        frames[0].save(written, form, save_all=True, append_images=frames[1:], duration=50, lossless=True)
        return written.getvalue()


def a_zip(name: str = "run.exe") -> bytes:
    """An archive."""
    with BytesIO() as written:
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr(name, b"MZ")
        return written.getvalue()


def a_pdf(
    *pages: bytes,
    box: tuple[int, int] = (300, 400),
    catalog: bytes = b"",
    notes: bytes = b"",
    objects: dict[int, bytes] | None = None,
    resources: bytes = b"",
) -> bytes:
    """A PDF with these page contents; `objects` are further ones, numbered from 100."""
    drawn = pages or (b"0 0 0.5 rg 50 50 100 100 re f",)
    kids = b" ".join(b"%d 0 R" % (10 + 2 * number) for number in range(len(drawn)))
    parts = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(drawn)),
        **(objects or {}),
    }
    for number, content in enumerate(drawn):
        page, stream = 10 + 2 * number, 11 + 2 * number
        entries = b"/MediaBox [0 0 %d %d] /Resources << %s >> %s" % (*box, resources, notes)
        parts[page] = b"<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R >>" % (entries, stream)
        parts[stream] = content if content.startswith(b"<<") else a_stream(content)
    return _written(parts)


def a_stream(content: bytes, entries: bytes = b"") -> bytes:
    """An object with a stream."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def _written(parts: dict[int, bytes]) -> bytes:
    body, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in sorted(parts.items()):
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        body += b"%d 1\n%010d 00000 n \n" % (number, place)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(parts) + 1, start)
    return bytes(body)


def a_pdf_with_notes() -> bytes:
    """A worksheet that was written on with a pen at the left, and has a form that was filled in at the right."""
    red = a_stream(b"1 0 0 rg 0 0 300 400 re f", FORM % b"")
    note = b"<< /Type /Annot /Rect [%d 100 %d 200] /F 4 /AP << /N 100 0 R >> %s >>"
    pen = note % (0, 100, b"/Subtype /Ink /InkList [[0 0 9 9]]")
    field = note % (200, 300, b"/Subtype /Widget /FT /Tx /T (name) /V (x)")
    form = b"/AcroForm << /Fields [102 0 R] >>"
    return a_pdf(b"", catalog=form, notes=b"/Annots [101 0 R 102 0 R]", objects={100: red, 101: pen, 102: field})


def a_pdf_without_its_font(words: str, *, hidden: bool = False) -> bytes:
    """A PDF in a font that its writer took for granted; `hidden` words are what a scanner has read."""
    kind = b"<< /Type /Font /Subtype /%s /BaseFont /STSong-Light %s >>"
    system = b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 102 0 R"
    shape = b"/Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80"
    objects = {
        100: kind % (b"Type0", b"/Encoding /UniGB-UCS2-H /DescendantFonts [101 0 R]"),
        101: kind % (b"CIDFontType0", system),
        102: b"<< /Type /FontDescriptor /FontName /STSong-Light %s >>" % shape,
    }
    shown = b"BT %d Tr /F 40 Tf 20 200 Td <%s> Tj ET" % (3 if hidden else 0, words.encode("utf-16-be").hex().encode())
    return a_pdf(shown, objects=objects, resources=b"/Font << /F 100 0 R >>")


def an_encrypted_pdf() -> bytes:
    """A PDF that says it is locked: its password is no empty one."""
    locked = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"11" * 32, b"22" * 32)
    body = a_pdf(objects={100: locked})
    trailer = b"trailer\n<< /Encrypt 100 0 R /ID [<%s> <%s>]" % (b"33" * 16, b"33" * 16)
    return body.replace(b"trailer\n<<", trailer)


def polyglots() -> dict[str, bytes]:
    """Files that are two things at once, of which we take one."""
    comment = a_photo(comment=SCRIPT)
    text = a_png(40, 30, (b"\x00" + bytes(120)) * 30, extra=chunk(b"tEXt", b"Comment\x00" + SCRIPT))
    return {
        "a JPEG with a page behind it": a_photo() + SCRIPT,
        "a JPEG with a page in its comment": comment,
        "a JPEG with an archive behind it": a_photo() + a_zip(),
        "a PNG with a page in its text": text,
        "a PNG with a page behind it": a_photo(form="PNG") + SCRIPT,
        "a WebP with a page behind it": a_photo(form="WEBP") + SCRIPT,
        "a PDF with an archive behind it": a_pdf() + a_zip(),
        "a PDF with a page behind it": a_pdf() + SCRIPT,
        "a PDF that runs a script": a_pdf(
            catalog=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /AA << /WC << /S /JavaScript >> >>"
        ),
        "a PDF that starts a program": a_pdf(catalog=b"/OpenAction << /S /Launch /F (/bin/sh) >>"),
        "a PDF with a file attached": a_pdf(
            catalog=b"/Names << /EmbeddedFiles << /Names [(x) 100 0 R] >> >>",
            objects={100: b"<< /Type /Filespec /F (x.exe) /EF << /F 101 0 R >> >>", 101: a_stream(b"MZ" + SCRIPT)},
        ),
        "a PDF that asks the network": a_pdf(catalog=b"/OpenAction << /S /URI /URI (http://127.0.0.1:9/) >>"),
    }


def strangers() -> dict[str, bytes]:
    """Files that are no photo and no PDF, whatever they are called."""
    return {
        "a script that is a GIF": b"GIF89a/*" + bytes(40) + b"*/=1;" + SCRIPT,
        "a GIF": a_photo(form="GIF"),
        "a page": b"<!doctype html><html><body>" + SCRIPT,
        "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "a drawing with a head": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "a packed drawing": gzip.compress(b"<svg/>" * 100),
        "an archive": a_zip(),
        "an archive with a PDF in it": a_zip("%PDF-1.7") + a_pdf(),
        "a bitmap": a_photo(form="BMP"),
        "a TIFF": a_photo(form="TIFF"),
        "an icon": a_photo(form="ICO"),
        "a film": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(64),
        "a program": b"\x7fELF" + bytes(60),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file" + bytes(40),
        "one byte": b"\xff",
        "words": "这是我的作业：3x + 5 = 20".encode(),
    }


DRAWN_OR_NOT = {"ok", "file_damaged", "file_too_complex"}
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 300 400] /Resources << %s >>"
USES_X = b"/XObject << /X 100 0 R >>"


@cache
def zeros() -> bytes:
    """200 MB, packed."""
    return zlib.compress(bytes(200_000_000), 9)


@cache
def zeros_packed_thrice() -> bytes:
    return zlib.compress(zlib.compress(zeros(), 9), 9)


def bombs() -> dict[str, tuple[Callable[[], bytes], set[str]]]:
    """Small files that want to be large, and the codes of which one refuses each; "ok" when it may be drawn."""
    return {**photo_bombs(), **pdf_bombs()}


def photo_bombs() -> dict[str, tuple[Callable[[], bytes], set[str]]]:
    """Photos that say more than they hold, or hold more than they say."""
    row, packed = bytes(4000), b"\x00\x00"
    canvas = b"RIFF\x26\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xfe\x3f\0\xfe\x3f\0ANIM\x06\0\0\0" + bytes(14)
    wide = b"\x00\x40\x00\x40", b"\xfd\xe8\xfd\xe8"
    return {
        "a PNG of 50,000 x 50,000": (lambda: a_png(50_000, 50_000, row), {"too_many_pixels"}),
        "a PNG of 2 billion x 1": (lambda: a_png(2**31 - 1, 1, row), {"too_many_pixels"}),
        "a JPEG of 65,000 x 65,000": (lambda: a_photo((64, 64)).replace(*wide), {"too_many_pixels"}),
        "a WebP of 16,383 x 16,383": (lambda: canvas, {"too_many_pixels", "file_damaged"}),
        "a PNG with more rows than it says": (lambda: a_png(40, 30, bytes(100_000_000)), DRAWN_OR_NOT),
        "a PNG with less rows than it says": (lambda: a_png(6000, 6000, row), {"file_damaged"}),
        "a PNG with 200 MB of text": (
            lambda: a_png(40, 30, row, extra=chunk(b"zTXt", b"c" + packed + zeros())),
            DRAWN_OR_NOT,
        ),
        "a PNG with a profile of 200 MB": (
            lambda: a_png(40, 30, row, extra=chunk(b"iCCP", b"p" + packed + zeros())),
            DRAWN_OR_NOT,
        ),
    }


def pdf_bombs() -> dict[str, tuple[Callable[[], bytes], set[str]]]:
    """PDF that unpack, draw or count without end."""
    thrice = b"/Filter [/FlateDecode /FlateDecode /FlateDecode]"
    loop = a_stream(b"/X Do " * 10, FORM % USES_X)
    return {
        "a PDF with 200 MB of content": (lambda: a_pdf(a_stream(zeros(), b"/Filter /FlateDecode")), DRAWN_OR_NOT),
        "a PDF packed three times": (lambda: a_pdf(a_stream(zeros_packed_thrice(), thrice)), DRAWN_OR_NOT),
        "a PDF with a picture of 50,000 x 50,000": (
            lambda: a_pdf(b"q 300 0 0 400 0 0 cm /X Do Q", objects={100: a_huge_picture()}, resources=USES_X),
            DRAWN_OR_NOT,
        ),
        "a PDF that draws itself": (lambda: a_pdf(b"/X Do", objects={100: loop}, resources=USES_X), DRAWN_OR_NOT),
        "a PDF that draws ten times ten times ...": (laughing, {"file_too_complex"}),
        "a PDF page as large as a field": (lambda: a_pdf(box=(2_000_000, 2_000_000)), DRAWN_OR_NOT),
        "a PDF page without height": (lambda: a_pdf(box=(300, 0)), DRAWN_OR_NOT),
        "a PDF whose pages are their own parents": (
            lambda: a_pdf().replace(b"/Kids [10 0 R]", b"/Kids [2 0 R]  "),
            {"file_damaged"},
        ),
        "a PDF of 100,000 pages by its own account": (
            lambda: a_pdf().replace(b"/Count 1 ", b"/Count 100000 "),
            DRAWN_OR_NOT | {"too_many_pages"},
        ),
    }


def a_huge_picture() -> bytes:
    """An object that is a picture of 50,000 x 50,000."""
    size = b"/Type /XObject /Subtype /Image /Width 50000 /Height 50000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    return a_stream(zeros(), size + b" /Filter /FlateDecode")


def laughing() -> bytes:
    """A drawing that draws the next one ten times, which draws the next one ten times, and so on: never done."""
    objects = {}
    for level in range(12):
        following = b"/XObject << /X %d 0 R >>" % (101 + level)
        objects[100 + level] = a_stream(b"/X Do " * 10, FORM % following)
    objects[112] = a_stream(b"0 0 300 400 re f", FORM % b"")
    return a_pdf(b"/X Do", objects=objects, resources=USES_X)


def good() -> dict[str, bytes]:
    """What is read, one of each format."""
    return {
        "JPEG": a_photo((320, 240), quality=90),
        "PNG": a_photo((320, 240), "PNG"),
        "WebP": a_photo((320, 240), "WEBP"),
        "HEIC": HEIC,
        "PDF": a_pdf(b"0 0 0.5 rg 50 50 100 100 re f", b"1 0 0 rg 0 0 50 50 re f"),
    }


def cut(content: bytes, places: int) -> Iterator[bytes]:
    """The beginnings of a file, cut at so many places."""
    for number in range(places):
        yield content[: max(40, len(content) * number // places)]


def scrambled(seed: int, count: int) -> Iterator[bytes]:
    """Files that begin well and go on as chance has it: some bytes of a good one changed, or all of them."""
    chance, models = random.Random(seed), list(good().values())  # noqa: S311
    for number in range(count):
        content = bytearray(models[number % len(models)])
        if number % 4 == 0:
            content[16:] = chance.randbytes(chance.randrange(20, 3000))
        else:
            for _ in range(chance.choice((1, 3, 20, 100))):
                content[chance.randrange(12, len(content))] = chance.randrange(256)
        yield bytes(content)
