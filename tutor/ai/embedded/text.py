"""Brings what students type into one plain form: full-width signs, superscripts, Chinese numbers, simple LaTeX.

Called by `reader` and `judge` before anything is parsed. It changes the spelling, never the meaning.
"""

import re
import unicodedata
from collections.abc import Sequence

from tutor.core.caller import Language

MAX_LENGTH = 400

ENGLISH = re.compile(r"[A-Za-z]{4}")
HAN = re.compile(r"[\u3400-\u9fff]")

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
_SIGNS = str.maketrans({
    "⁄": "/", "∕": "/", "×": "*", "✕": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "−": "-", "–": "-", "—": "-",
    "≤": "<=", "⩽": "<=", "≦": "<=", "≥": ">=", "⩾": ">=", "≧": ">=", "π": " pi ", "√": " sqrt ", "。": ";", "、": ";",
    "【": "[", "】": "]", "→": "->", "⟶": "->", "⇌": "->", "∶": ":", "“": '"', "”": '"', "’": "'", "′": "'", "$": " ",
})  # fmt: skip
_LATEX_WORDS = {
    "times": "*", "cdot": "*", "div": "÷", "leq": "<=", "le": "<=", "geq": ">=", "ge": ">=", "pi": " pi ",
    "left": "", "right": "", "displaystyle": "", "quad": " ", "rightarrow": "->", "to": "->", "sin": "sin",
    "cos": "cos", "tan": "tan", "ln": "ln", "lg": "lg", "int": "∫", "leqslant": "<=", "geqslant": ">=",
    "lt": "<", "gt": ">", "pm": "±", "mid": "|", "vert": "|", "cdots": "...", "ldots": "...",
    "dots": "...", "qquad": " ",
}  # fmt: skip
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
NUMERALS = "零〇一二两三四五六七八九十百千万亿"
_ANY = rf"(?:[{NUMERALS}]+|\d+)"


def normalise(text: str) -> str:
    """The text in plain half-width signs. Letters keep their case, words their place."""
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+", lambda m: f"^({m[0].translate(_SUPERSCRIPTS)})", text)
    text = re.sub(rf"(\d?)\s*([{_VULGAR}])", _spell_vulgar, text)
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    text = _plain_latex(text)
    text = _fractions_in_words(text)
    text = re.sub(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d])", lambda m: m[0].replace(",", ""), text)
    text = re.sub(r"(?<=\d)\s*[xX]\s*(?=\d)", "*", text)
    return re.sub(r"[ \t\u3000]+", " ", text).replace("**", "^").strip()


def has_han(text: str) -> bool:
    return HAN.search(text) is not None


def language_of(question: str, earlier: Sequence[str], default: Language) -> Language:
    """The language that the question is in; a bare formula goes on in that of the lesson so far."""
    for text in (question, *reversed(earlier)):
        if has_han(text):
            return "zh"
        if ENGLISH.search(text.replace("sqrt", "")):
            return "en"
    return default


def chinese_number(word: str) -> int:
    """The value of a Chinese numeral up to hundreds of millions, 一百零五 or 二〇二六."""
    if len(word) > 1 and all(sign in _DIGITS for sign in word):
        return int("".join(str(_DIGITS[sign]) for sign in word))
    total = section = digit = 0
    for sign in word:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _UNITS:
            section += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            total = (total + section + digit) * _LARGE[sign]
            section = digit = 0
    return total + section + digit


def numbers_from_words(text: str) -> str:
    """Chinese numerals as digits: 三点五 becomes 3.5. Only for text whose words are already taken out."""
    text = re.sub(
        rf"([{NUMERALS}]+)点([{NUMERALS[:12]}]+)",
        lambda m: f"{chinese_number(m[1])}.{''.join(str(_DIGITS[sign]) for sign in m[2])}",
        text,
    )
    return re.sub(rf"[{NUMERALS}]+", lambda m: str(chinese_number(m[0])), text)


def _spell_vulgar(match: re.Match[str]) -> str:
    fraction = unicodedata.normalize("NFKC", match[2]).replace("⁄", "/")
    return f"{match[1]} {fraction}" if match[1] else f"({fraction})"


def _fractions_in_words(text: str) -> str:
    """百分之二十五, 二又三分之一 and 四分之三, with Chinese or Arabic digits."""

    def digits(word: str) -> str:
        return word if word.isascii() else str(chinese_number(word))

    text = re.sub(rf"百分之({_ANY}(?:\.\d+)?)", lambda m: f"{m[1] if m[1][0].isdigit() else digits(m[1])}%", text)
    text = re.sub(rf"({_ANY})又({_ANY})分之({_ANY})", lambda m: f"{digits(m[1])} {digits(m[3])}/{digits(m[2])}", text)
    return re.sub(rf"({_ANY})分之({_ANY})", lambda m: f"({digits(m[2])}/{digits(m[1])})", text)


def _plain_latex(text: str) -> str:
    if "\\" not in text:
        return text
    text = re.sub(r"\\[,;:! ()\[\]]", " ", text).replace("\\%", "%")
    text = re.sub(r"\\[dt]?frac", r"\\frac", text)
    text = re.sub(r"\\frac\s*(\d)\s*(\d)", r"\\frac{\1}{\2}", text)
    text = re.sub(r"(?<![\w.^}])(\d+)\s*\\frac\s*\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}", r"\1 \2/\3", text)  # mixed
    for _ in range(8):  # innermost braces first; deeper nesting is no school work
        simpler = re.sub(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"((\1)/(\2))", text)
        simpler = re.sub(r"\\sqrt\s*\{([^{}]*)\}", r" sqrt(\1)", simpler)
        simpler = re.sub(r"([\^_])\s*\{([^{}]*)\}", r"\1(\2)", simpler)
        if simpler == text:
            break
        text = simpler
    return re.sub(r"\\([A-Za-z]+)", lambda m: _LATEX_WORDS.get(m[1], m[0]), text)
