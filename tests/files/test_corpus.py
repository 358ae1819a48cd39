"""The corpus of uploads: each is refused with a clear error, or what is kept is a clean picture and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from tests.conftest import Serve
from tests.factories import People, Person, Refused, a_photo
from tests.files import corpus
from tests.files.conftest import opened, white_corner

REFUSALS = {
    "file_damaged", "too_many_pixels", "too_many_pages", "pdf_encrypted", "file_too_complex", "file_kind_unknown",
}  # fmt: skip
ODD = [b"<script", b"alert", b"PK\x03\x04", b"%PDF", b"JavaScript", corpus.SECRET.encode(), b"Exif", b"ICC_PROFILE"]
PLACES = 8
AT_ONCE = 3


@pytest.fixture
async def impatient(serve: Serve) -> AsyncIterator[Person]:
    """A student of a server that gives one file five seconds."""
    async with People(await serve(files={"deadline_s": 5})) as made:
        yield await made.student()


async def kept(student: Person, content: bytes, name: str = "IMG_2041.jpg") -> list[bytes]:
    """All pictures that are kept of what is sent; a refusal raises Refused."""
    file = await student.send_file(content, name)
    pages = range(1, len(file["pages"]) + 1)
    return [await student.picture(file["id"], page=page, size=size) for page in pages for size in ("full", "thumbnail")]


async def outcome(student: Person, content: bytes) -> str:
    """The code of the refusal, or ok; then what is kept is looked at."""
    try:
        pictures = await kept(student, content)
    except Refused as refused:
        return refused.code if refused.message else "no sentence"
    for picture in pictures:
        assert_clean(picture)
    return "ok"


def assert_clean(picture: bytes) -> None:
    """It is a JPEG from its first byte to its last, with nothing in it but pixels."""
    image = opened(picture)
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not image.getexif()
    assert picture.endswith(b"\xff\xd9")
    assert [word for word in ODD if word in picture] == []


@pytest.mark.parametrize("name", corpus.strangers())
async def test_what_is_no_photo_and_no_pdf_is_not_taken_whatever_it_is_called(student: Person, name: str) -> None:
    with pytest.raises(Refused) as refused:
        await student.send_file(corpus.strangers()[name], "homework.jpg")
    assert (refused.value.code, refused.value.status) == ("file_kind_unknown", 415)


@pytest.mark.parametrize("name", corpus.polyglots())
async def test_of_a_file_that_is_two_things_the_picture_is_kept_and_nothing_else(student: Person, name: str) -> None:
    assert await outcome(student, corpus.polyglots()[name]) == "ok"


@pytest.mark.parametrize("name", corpus.bombs())
async def test_a_bomb_does_not_go_off(impatient: Person, name: str) -> None:
    make, due = corpus.bombs()[name]
    content = await asyncio.to_thread(make)
    assert await outcome(impatient, content) in due


@pytest.mark.parametrize("name", corpus.good())
async def test_a_file_that_is_cut_off_is_refused_or_what_is_there_is_kept(student: Person, name: str) -> None:
    whole = corpus.good()[name]
    assert await outcome(student, whole) == "ok"
    codes = [await outcome(student, beginning) for beginning in corpus.cut(whole, PLACES)]
    assert set(codes) <= {"ok", "file_damaged", "file_kind_unknown"}
    assert "file_damaged" in codes[: PLACES // 2]


@pytest.mark.parametrize("seed", range(5))
async def test_forty_scrambled_files_are_refused_or_cleaned(student: Person, seed: int) -> None:
    waiting = iter(list(corpus.scrambled(seed, count=40)))
    codes: list[str] = []

    async def send() -> None:
        codes.extend([await outcome(student, content) for content in waiting])

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    assert len(codes) == 40
    assert set(codes) <= REFUSALS | {"ok"}
    assert codes.count("file_damaged") > 8


# What a camera writes beside the pixels


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_where_and_with_what_a_photo_was_taken_is_not_kept(student: Person, form: str) -> None:
    content = corpus.with_exif(form)
    assert corpus.SECRET.encode() in content
    for picture in await kept(student, content):
        assert_clean(picture)


@pytest.mark.parametrize(("turn", "corner"), [*corpus.UPRIGHT.items(), *corpus.TURNED.items()])
@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
async def test_a_photo_is_turned_as_the_camera_was_held(student: Person, form: str, turn: int, corner: str) -> None:
    full, thumbnail = (opened(picture) for picture in await kept(student, corpus.with_exif(form, orientation=turn)))
    assert full.size == ((60, 40) if turn in corpus.UPRIGHT else (40, 60))
    assert white_corner(full) == white_corner(thumbnail) == corner


async def test_a_heic_photo_is_read_and_turned(student: Person) -> None:
    full, _ = (opened(picture) for picture in await kept(student, corpus.HEIC, "IMG_2041.HEIC"))
    assert full.size == (48, 64)
    assert white_corner(full) == "right top"


async def test_what_the_camera_wrote_in_a_broken_way_does_no_harm(student: Person) -> None:
    content = a_photo(exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff" + bytes(40))
    assert await outcome(student, content) == "ok"


async def test_a_profile_of_another_kind_of_colours_is_ignored(student: Person) -> None:
    full, _ = (opened(picture) for picture in await kept(student, corpus.with_profile()))
    assert_navy(full)


# Ways to write a picture


def assert_navy(image: Image.Image) -> None:
    red, green, blue = image.convert("RGB").getpixel((image.width * 3 // 4, image.height * 3 // 4))  # type: ignore[misc]
    assert max(red, green) < 60
    assert 90 < blue < 170


@pytest.mark.parametrize("mode", ["CMYK", "RGB"])
async def test_a_jpeg_of_any_colours_is_read(student: Person, mode: str) -> None:
    picture = Image.open(BytesIO(a_photo((80, 60), quality=95))).convert(mode)
    written = BytesIO()
    picture.save(written, "JPEG", quality=95)
    full, _ = (opened(picture) for picture in await kept(student, written.getvalue()))
    assert full.mode == "RGB"
    assert_navy(full)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA"])
async def test_a_png_of_any_colours_is_read(student: Person, mode: str) -> None:
    with Image.open(BytesIO(a_photo((80, 60), "PNG"))) as picture, BytesIO() as written:
        picture.convert(mode).save(written, "PNG")
        full, _ = (opened(picture) for picture in await kept(student, written.getvalue()))
    assert full.size == (80, 60)
    assert white_corner(full) == "left top"


async def test_what_is_transparent_is_white_and_not_black(student: Person) -> None:
    full, _ = (opened(each) for each in await kept(student, a_photo(form="PNG", mode="RGBA", colour="#00000000")))
    assert full.convert("L").getextrema() == (255, 255)


@pytest.mark.parametrize("grey", [True, False])
async def test_sixteen_bits_a_channel_keep_their_brightness(student: Person, *, grey: bool) -> None:
    full, _ = (opened(picture) for picture in await kept(student, corpus.sixteen_bits(grey=grey)))
    lowest, highest = full.convert("L").getextrema()
    assert 120 < int(str(lowest)) <= int(str(highest)) < 136


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
async def test_of_a_moving_picture_the_first_frame_is_kept(student: Person, form: str) -> None:
    full, _ = (opened(picture) for picture in await kept(student, corpus.animated(form)))
    assert_navy(full)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_of_one_pixel_is_a_picture(student: Person, form: str) -> None:
    with BytesIO() as written:
        Image.new("RGB", (1, 1), "navy").save(written, form)
        assert await outcome(student, written.getvalue()) == "ok"


async def test_nothing_is_no_file(student: Person) -> None:
    with pytest.raises(Refused) as refused:
        await student.send_file(b"")
    assert (refused.value.code, refused.value.status) == ("file_empty", 422)


# PDF


async def test_a_pdf_is_a_picture_a_page(student: Person) -> None:
    file = await student.send_file(corpus.good()["PDF"], "作业.pdf")
    assert (file["kind"], file["name"], len(file["pages"])) == ("pdf", "作业.pdf", 2)
    first, second = [opened(await student.picture(file["id"], page=page)) for page in (1, 2)]
    assert first.size == (file["pages"][0]["width"], file["pages"][0]["height"])
    assert_navy_at(first, 100 / 300, 300 / 400)
    assert opened(await student.picture(file["id"], page=1, size="thumbnail")).size < first.size
    assert second.getpixel((5, second.height - 5))[0] > 200  # type: ignore[index]


def assert_navy_at(image: Image.Image, across: float, down: float) -> None:
    red, green, blue = image.getpixel((int(image.width * across), int(image.height * down)))  # type: ignore[misc]
    assert max(red, green) < 60
    assert 90 < blue < 170


async def test_what_was_written_onto_a_pdf_is_drawn_too(student: Person) -> None:
    page = opened((await kept(student, corpus.a_pdf_with_notes()))[0])
    for across in (50 / 300, 250 / 300):
        red, green, blue = page.getpixel((int(page.width * across), int(page.height * 250 / 400)))  # type: ignore[misc]
        assert (red > 200, max(green, blue) < 60) == (True, True)


async def test_a_pdf_that_would_lack_words_is_refused(student: Person) -> None:
    assert await outcome(student, corpus.a_pdf_without_its_font("作业第一题")) == "pdf_font_missing"
    assert await outcome(student, corpus.a_pdf_without_its_font("3x + 5 = 20")) == "ok"
    assert await outcome(student, corpus.a_pdf_without_its_font("作业第一题", hidden=True)) == "ok"


async def test_a_locked_pdf_is_refused_by_that_name(student: Person) -> None:
    assert await outcome(student, corpus.an_encrypted_pdf()) == "pdf_encrypted"


async def test_a_pdf_has_so_many_pages_and_no_more(student: Person) -> None:
    page = b"0 0 1 rg 0 0 9 9 re f"
    assert await outcome(student, corpus.a_pdf(*[page] * 20, box=(30, 40))) == "ok"
    with pytest.raises(Refused) as refused:
        await student.send_file(corpus.a_pdf(*[page] * 21, box=(30, 40)))
    assert (refused.value.code, refused.value.details) == ("too_many_pages", {"pages": 21, "limit": 20})


# Sizes


async def test_a_large_photo_is_kept_smaller(student: Person) -> None:
    full, thumbnail = (opened(picture) for picture in await kept(student, a_photo((4000, 3000))))
    assert full.width * full.height <= 2000 * 2000 * 1.01
    assert abs(full.width / full.height - 4 / 3) < 0.01
    assert thumbnail.size == (360, 270)


async def test_a_long_screenshot_stays_readable(student: Person) -> None:
    full, _ = (opened(picture) for picture in await kept(student, a_photo((1080, 12_000), "PNG")))
    assert full.width >= 580


async def test_a_photo_has_so_many_pixels_and_no_more(student: Person) -> None:
    assert await outcome(student, a_photo((8000, 5000))) == "ok"
    with pytest.raises(Refused) as refused:
        await student.send_file(a_photo((8001, 5000)))
    assert (refused.value.code, refused.value.details) == ("too_many_pixels", {"megapixels": 41, "limit": 40})
