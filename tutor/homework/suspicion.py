"""Words in homework that speak to whoever grades it, hidden ones too. Pure; the grader asks for each answer.

It is no wall: points that a model proposes never count before a teacher has looked. It tells her where to look twice.
So it errs to the side of a look, and knows that children write about scores, rules and computers.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from tutor.homework.wordings import SPEAKS

_AT_ONCE = 1000  # characters; other threads wait while a pattern is tried
_OVERLAP = 400
_EDGE = 20  # what ends so near to a cut may go on behind it, which the next part has
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]"
)
_MANY_HIDDEN = 8
_OVERRIDES = re.compile("[\u202d\u202e\u2066-\u2068]")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_FLAG_OF_PLACE = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,7}\U000e007f")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){10,}")
_ESCAPES = re.compile(r"\\u([0-9a-fA-F]{4})")
_HAN_APART = re.compile(r"(?<=[\u3400-\u9fff])[\s.,·*_~|/+\-—]+(?=[\u3400-\u9fff])")
_LETTERS_APART = re.compile(r"\b(?:[a-z][ .\-_*]){4,}[a-z]\b")
# Letters of other alphabets that look like Latin ones.
_LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕԁһӏкмтвнгαεορυικντᴀɡɩʏԝ0134579@$",
    "aeopcyxijsdhlkmtbhraeopuikvtagiywoieastgas",
)
_LATIN_LOOK_ALIKE = str.maketrans("аеорсухіјѕԁһӏкмтвнαεορυικνтɡɩʏԝ", "aeopcyxijsdhlkmtbhaeopuikvtgiyw")


def speaks_to_grader(text: str) -> bool:
    """Whether a text speaks to whoever grades it, or hides something."""
    if not text:
        return False
    shown = _FLAG_OF_PLACE.sub("", text)
    hides = len(_HIDDEN.findall(shown)) >= _MANY_HIDDEN or any(
        pattern.search(shown) for pattern in (_TAGS, _OVERRIDES, _SELECTORS)
    )
    return hides or any(map(_speaks, _readings(shown)))


def _speaks(reading: str) -> bool:
    for start in range(0, max(1, len(reading) - _OVERLAP), _AT_ONCE - _OVERLAP):
        end = min(start + _AT_ONCE, len(reading))
        found = SPEAKS.search(reading, start, end)
        if found is not None and (end == len(reading) or found.end() <= end - _EDGE):
            return True
    return False


def _readings(text: str) -> Iterator[str]:
    """The ways in which a text may be read, plainest first."""
    plain = _plain(text)
    yield plain
    yield _HAN_APART.sub("", plain)
    yield _LETTERS_APART.sub(lambda found: re.sub(r"[ .\-_*]", "", found[0]), plain)
    yield plain.translate(_LATIN_LOOK_ALIKE)
    if re.search(r"[a-z][0134579@$]+[a-z]", plain):
        yield plain.translate(_LOOK_ALIKE)
    for unwrapped in (html.unescape(plain), unquote(plain), _ESCAPES.sub(lambda found: chr(int(found[1], 16)), plain)):
        if unwrapped != plain:
            yield _plain(unwrapped)
    for decoded in _decoded(text):
        yield _plain(decoded)
    yield plain[::-1]
    yield codecs.encode(plain, "rot13")


def _plain(text: str) -> str:
    return _HIDDEN.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("’", "'")


def _decoded(text: str) -> Iterator[str]:
    """What is written in Base64 or in hexadecimal numbers."""
    for found in _BASE64.findall(text):
        body = found.rstrip("=").replace("-", "+").replace("_", "/")
        yield from _words(body + "=" * (-len(body) % 4), base64.b64decode)
    for found in _HEX.findall(text):
        yield from _words(re.sub(r"[ :]", "", found), bytes.fromhex)


def _words(written: str, decode: Callable[[str], bytes]) -> Iterator[str]:
    try:
        yield decode(written).decode()
    except (binascii.Error, ValueError):
        return
