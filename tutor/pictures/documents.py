"""The process that renders a PDF: `python -m tutor.pictures.documents ORDER`, see `desk`.

PDFium draws what is to be seen on each page, marks and filled-in fields included. It has no JavaScript, and what is
attached to the file is not looked at.
"""

from collections.abc import Iterator

from PIL import Image
from pypdfium2 import PdfDocument, PdfiumError, PdfObject, PdfPage, PdfTextPage, raw

from tutor.pictures.desk import scale_of, serve
from tutor.pictures.errors import FileDamaged, PdfEncrypted, PdfFontMissing, TooManyPages
from tutor.pictures.orders import Order

SHARP = 200 / 72  # dots an inch
FIRST_OF_EAST_ASIA = 0x2E80  # from here on Unicode has Chinese, Japanese and Korean signs
LONGEST_TEXT = 1000  # signs of one piece of text that are looked at


def draw(sent: bytes, order: Order) -> Iterator[Image.Image]:
    """A picture of each page.

    Raises:
        PdfEncrypted: it opens only with a password.
        TooManyPages: it has more than we render.
        PdfFontMissing: it would lack words, see `_lacks_its_font`.
        FileDamaged: it cannot be read, or has no page.

    """
    try:
        document = PdfDocument(sent)
        pages = len(document)
        if pages > order.max_pages:
            raise TooManyPages(pages=pages, limit=order.max_pages)
        if pages == 0:
            raise FileDamaged
        document.init_forms()
        for number in range(pages):
            yield _drawn(document[number], order)
    except PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise PdfEncrypted from error
        raise FileDamaged from error


def _drawn(page: PdfPage, order: Order) -> Image.Image:
    width, height = page.get_size()
    if min(width, height) <= 0:
        raise FileDamaged
    words = page.get_textpage()
    if any(_lacks_its_font(text, words) for text in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])):
        raise PdfFontMissing
    picture: Image.Image = page.render(scale=min(SHARP, scale_of(width, height, order)), rev_byteorder=True).to_pil()
    words.close()
    page.close()
    return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")


def _lacks_its_font(text: PdfObject, words: PdfTextPage) -> bool:
    """Whether a piece of text has signs for which PDFium itself has no font; what a scanner has hidden may lack it."""
    is_hidden = raw.FPDFTextObj_GetTextRenderMode(text) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
    if is_hidden or raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(text)) != 0:
        return False
    signs = (raw.FPDF_WCHAR * LONGEST_TEXT)()
    raw.FPDFTextObj_GetText(text, words, signs, 2 * LONGEST_TEXT)
    return any(sign >= FIRST_OF_EAST_ASIA for sign in signs)


if __name__ == "__main__":
    serve(draw)
