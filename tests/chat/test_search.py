"""Grams: every place where a query stands can be found by them, in any script and width."""

from hypothesis import given
from hypothesis import strategies as st

from tutor.chat.search import excerpt, folded, grams, wanted_grams

texts = st.text(alphabet=st.sampled_from("ab AB12，。!？函数ＡＢｙ ß\u3000\t"), max_size=30)


@given(texts, texts, texts)
def test_a_text_has_every_gram_of_what_stands_in_it(before: str, query: str, after: str) -> None:
    if any(letter.isalnum() for letter in folded(query)):
        assert set(wanted_grams(query)) <= set(grams(before + query + after))


@given(texts, texts, texts)
def test_what_stands_in_a_text_is_shown(before: str, query: str, after: str) -> None:
    assert excerpt(before + query + after, query) is not None


def test_width_and_case_do_not_matter() -> None:
    assert grams("ＡＢ函") == grams("ab函") == sorted({"a", "b", "函", "ab", "b函"})


def test_a_pair_never_reaches_over_white_space() -> None:
    assert "bc" not in grams("ab cd")
    assert not [gram for gram in grams("a \u3000\tb") if len(gram) > 1]


def test_one_character_is_wanted_alone_and_more_as_pairs() -> None:
    assert wanted_grams("函") == ["函"]
    assert wanted_grams("函数") == ["函数"]
    assert sorted(wanted_grams("a b")) == ["a", "b"]


def test_an_excerpt_is_cut_on_both_sides() -> None:
    assert excerpt("0123456789", "5", around=2) == "…34567…"
    assert excerpt("0123456789", "0", around=2) == "012…"
    assert excerpt("abc", "x") is None
