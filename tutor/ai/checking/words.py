"""Answers that are no formulas: choices, true and false, no solution, and the signs between numbers.

Called by `decider` and `reading`, on texts as they were typed: × and √ mean something else in formulas.
"""

import re
import unicodedata
from collections.abc import Iterator

from tutor.ai.checking.forms import Said
from tutor.ai.embedded.answers import EVERYTHING, NOTHING

_TRUE_WORDS = "对 正确 是 是的 对的 正确的 能 可以 够 会 相等 √ ✓ ✔ ☑ true t yes y right correct"
_FALSE_WORDS = """
    错 错误 不对 不正确 错的 错误的 否 不 x 不是 不能 不可以 不够 不会 不相等 × ✗ ✘ ✕ ❌ false f no n wrong incorrect
"""
_TRUE, _FALSE = frozenset(_TRUE_WORDS.split()), frozenset(_FALSE_WORDS.split())
_LETTER_WORDS = frozenset("tfynx")
_BEFORE = re.compile(
    r"^\s*(?:(?:答案?|解|选项|选择|我选|应选|故选|所以选|本题选|选|判断|answer|ans|option|choice|"
    r"i choose|the answer is|it is|it's|因此|所以|是|为)\s*[:：,，是为]?\s*)+",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\s.。!！,，;；、?？]+$")
_BRACKETS = re.compile(r"^[(\[{（【〔「]\s*(.*?)\s*[)\]}）】〕」]$")
_LETTERS = re.compile(r"[A-H](?:(?:\s*[,，、;；和与及&+]\s*|\s+and\s+|\s*)[A-H])*", re.IGNORECASE)
_WITH_TEXT = re.compile(
    r"([A-H])\s*[.．、:：)）](?!.*(?:[A-H]\s*[.．、:：)）]|不|或|\bor\b|\bnot\b|[?？]))\s*\S.*", re.DOTALL
)
_NONE = re.compile(
    r"(?:(?:原|该|此|这个)?(?:方程组?|不等式组?))?(?:无解|没有解|无实(?:数)?(?:解|根)|没有实数(?:根|解)|不存在|空集|∅|Ø|ø)"
    r"|(?:there (?:is|are) )?no (?:real )?(?:solutions?|roots?|answers?)|none|does not exist|dne"
    r"|(?:the )?empty set|\{\s*\}"
)
_EVERY = re.compile(
    r"(?:[a-z] ?(?:为|是|可以是|取|in|=) ?)?(?:任意实数|全体实数|所有实数|一切实数|任何实数|all real numbers|all reals|"
    r"any real number|every real number|all numbers|any number|实数集r?)|[a-z] ?(?:in|=|∈) ?r"
)
_INFINITE = re.compile(
    r"(?:有)?无数(?:个|组|多个|多组)?解|infinitely many(?: solutions)?|infinite(?: solutions)?|无穷多解"
)
_SIGNS = {"<": "<", ">": ">", "=": "=", "小于": "<", "大于": ">", "等于": "=", "小于号": "<", "大于号": ">",
          "等号": "=", "less than": "<", "greater than": ">", "equal to": "=", "equal": "=", "equals": "="}  # fmt: skip


def _stripped(text: str) -> Iterator[str]:
    """The text without brackets, words and stops around it, more taken away each time."""
    text = _AFTER.sub("", unicodedata.normalize("NFC", text).strip())
    yield text
    for _ in range(3):
        shorter = _BRACKETS.sub(r"\1", _AFTER.sub("", _BEFORE.sub("", text)).strip())
        if shorter == text or not shorter:
            return
        text = shorter
        yield text


def truth(text: str) -> bool | None:
    """True and false as they are judged and answered; None for other texts."""
    for found in _stripped(text):
        word = unicodedata.normalize("NFKC", found).lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    return None


def is_one_letter(text: str) -> bool:
    """Whether a truth is told by a letter (T, F) that may also mean something else."""
    return text.strip().lower() in _LETTER_WORDS


def choices(text: str, *, small: bool = True) -> frozenset[str]:
    """The letters that are chosen; empty when the text is no choice. `small`: letters may be small."""
    for found in _stripped(text):
        word = unicodedata.normalize("NFKC", found)
        if not small and any(sign.islower() for sign in word.replace("and", "")):
            continue
        if _LETTERS.fullmatch(word):
            letters = re.sub(r"[^A-H]", "", re.sub(r"\band\b", "", word).upper())
            return frozenset(letters) if len(set(letters)) == len(letters) else frozenset()
        if match := _WITH_TEXT.fullmatch(word):
            return frozenset(match[1].upper())
    return frozenset()


def said(text: str) -> Said | None:
    """No solution, every number, infinitely many, or a bare sign."""
    for found in _stripped(text):
        word = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", found).lower()).strip()
        if word in _SIGNS:
            return Said(_SIGNS[word])
        if _INFINITE.fullmatch(word):
            return Said("infinite")
        if _NONE.fullmatch(word) or NOTHING.fullmatch(word):
            return Said("none")
        if found == "R" or _EVERY.fullmatch(word) or EVERYTHING.fullmatch(word):
            return Said("every")
    return None
