from pathlib import Path

import pytest

from tutor.core.words import Words, WordsBroken, negotiate

LOCALES = Path("web/locales")
SMALLEST = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "error.internal"
msgstr "Oh."
"""


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(LOCALES)


def folder_with(tmp_path: Path, zh: str = SMALLEST, en: str = SMALLEST) -> Path:
    (tmp_path / "zh.po").write_text(zh, encoding="utf-8")
    (tmp_path / "en.po").write_text(en, encoding="utf-8")
    return tmp_path


def with_sentence(code: str, text: str) -> str:
    return f'{SMALLEST}\nmsgid "{code}"\nmsgstr "{text}"\n'


def test_a_page_text_is_translated(words: Words) -> None:
    assert words.gettext("zh", "Sign in") == "登录"


def test_an_english_text_is_its_own_translation(words: Words) -> None:
    assert words.gettext("en", "Sign in") == "Sign in"


def test_an_untranslated_text_stays_english(words: Words) -> None:
    assert words.gettext("zh", "a text nobody wrote") == "a text nobody wrote"


def test_a_number_chooses_the_english_form(words: Words) -> None:
    forms = [words.ngettext("en", "{n} pupil", "{n} pupils", number) for number in (1, 2)]
    assert forms == ["{n} pupil", "{n} pupils"]


def test_each_language_has_its_own_sentence_for_an_error(words: Words) -> None:
    assert words.sentence("class_code_unknown", {}, "zh") == "没有这个班级码。请问一问老师。"
    assert words.sentence("class_code_unknown", {}, "en").startswith("There is no class")


def test_facts_fill_the_places_of_a_sentence(tmp_path: Path) -> None:
    words = Words(folder_with(tmp_path, en=with_sentence("error.full", "{count} are enough.")))
    assert words.sentence("full", {"count": 3}, "en") == "3 are enough."


def test_an_unknown_code_gets_the_general_sentence(words: Words) -> None:
    assert words.sentence("never heard of", {}, "zh") == words.sentence("internal", {}, "zh")


@pytest.mark.parametrize("template", ["{count} are enough.", "{count.real}", "{0}", "{", "{count:q}"])
def test_a_sentence_that_cannot_be_filled_gets_the_general_one(tmp_path: Path, template: str) -> None:
    words = Words(folder_with(tmp_path, en=with_sentence("error.full", template)))
    assert words.sentence("full", {"other": "x"}, "en") == "Oh."


def test_a_fact_with_braces_is_shown_as_it_is(tmp_path: Path) -> None:
    words = Words(folder_with(tmp_path, en=with_sentence("error.full", "No {what}.")))
    assert words.sentence("full", {"what": "{what.__class__}"}, "en") == "No {what.__class__}."


def test_the_browser_gets_the_sentences_of_one_kind_by_code(words: Words) -> None:
    errors = words.catalogue("error", "en")
    assert errors["internal"] == words.sentence("internal", {}, "en")
    assert not any(code.startswith("problem") for code in errors)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr-FR,en-GB;q=0.7,zh;q=0.3", "en"),
        ("en;q=0.2, zh;q=0.9", "zh"),
        ("en;q=0", "zh"),
        ("de, fr;q=0.5, *;q=0.1", "zh"),
        ("EN-us ; q=0.5", "en"),
        ("en;q=nonsense, zh;q=0.1", "zh"),
        (";;;,,,", "zh"),
    ],
)
def test_the_browsers_wish_chooses_the_language(header: str, language: str) -> None:
    assert negotiate(header) == language


def test_the_default_language_can_be_given() -> None:
    assert negotiate("fr", default="en") == "en"


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordsBroken, match=r"zh\.po cannot be used: there is no such file"):
        Words(tmp_path)


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordsBroken, match=r"en\.po cannot be used: it is no gettext file"):
        Words(folder_with(tmp_path, en='msgid "open\nthis is nothing'))


def test_a_catalogue_that_is_no_text_is_named(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "zh.po").write_bytes(SMALLEST.encode() + b'\nmsgid "\xff\xfe"\n')
    with pytest.raises(WordsBroken, match="it is no gettext file"):
        Words(folder)


def test_a_catalogue_without_the_sentence_of_last_resort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WordsBroken, match=r"it has no error\.internal"):
        Words(folder_with(tmp_path, zh=SMALLEST.replace("error.internal", "error.else")))
