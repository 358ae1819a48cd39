"""Which answers are near enough to one another for a teacher to look: measured on copies and on independent work."""

import time

import pytest

from tutor.homework.similarity import ALIKE, MOST_PAIRS, is_long, likeness, twins

PHOTO = "请说明植物的光合作用需要什么条件，产生什么，对我们有什么意义。"
HEIGHT = "Explain in your own words why the leaves of a tree turn yellow and fall in autumn."
# Independent answers to the same questions: same facts, other words.
ZH = (
    "光合作用需要阳光、水和二氧化碳，在叶绿体里进行，最后生成葡萄糖并放出氧气，我们呼吸的氧气就是这样来的。",
    "叶子里的叶绿素吸收太阳的能量，把根吸上来的水和空气里的二氧化碳变成养分，同时把氧气排出去，动物才能活下去。",
    "首先要有光，其次要有水和二氧化碳。产物是有机物与氧气。没有它，地球上的食物链就断了。",
    "我认为最重要的条件是光照，因为晚上植物不能制造养料。白天它们制造淀粉，还让空气更清新，所以要多种树。",
    "植物白天利用光能合成有机物，储存在果实和茎里，人吃的粮食其实都来自这里，另外它还维持了大气的平衡。",
    "需要的东西有三样：二氧化碳、水、光能；得到的东西有两样：糖类、氧气。意义在于提供食物和呼吸用的气体。",
)
EN = (
    """In autumn there is less light, so the tree stops making chlorophyll. The green fades and yellow shows, and then
    a thin layer of cells cuts the leaf from its branch.""",
    """Trees save water for the winter. They pull the useful stuff out of their leaves first, that is why the colour
    changes, and afterwards they let them drop.""",
    """When days get short and cold the leaf is not worth keeping. The yellow pigment was always inside but the green
    one covered it up. Wind blows the dead leaves away.""",
    """Because the sap goes back to the roots, the leaves dry out and lose their green dye. A weak spot grows at the
    stem and gravity does the rest.""",
)


def reordered(text: str) -> str:
    parts = [one for one in text.replace("，", "。").replace(". ", ".|").replace("。", "。|").split("|") if one]
    return " ".join(parts[1::2] + parts[::2])


def spaced(text: str) -> str:
    return text.replace("，", " , ").replace("。", " .\n").replace(", ", "  ,\t")


SYNONYMS = (
    ("最后", "然后"), ("我们", "人类"), ("阳光", "光照"), ("排出去", "放出来"), ("空气里", "大气中"), ("其次", "还"),
    ("断了", "没了"), ("我认为", "我想"), ("更清新", "更干净"), ("合成", "制造"), ("另外", "而且"),
    ("意义在于", "好处是"), ("三样", "三种"), ("两样", "两种"), ("less light", "not much light"), ("thin", "small"),
    ("pull", "take"), ("afterwards", "then"), ("not worth", "not good for"), ("the dead", "all dry"),
    ("dry out", "get dry"), ("gravity does", "its weight does"),
)  # fmt: skip


def retouched(text: str) -> str:
    """As somebody writes off and changes a few words."""
    for old, new in SYNONYMS:
        text = text.replace(old, new)
    return text


def appended(text: str) -> str:
    return text + ("这是我的看法。" if text in ZH else " I am sure of this.")


COPIES = {"the same": str, "reordered": reordered, "spaced": spaced, "retouched": retouched, "appended": appended}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_every_copy_is_found(change: type[str]) -> None:
    for question, texts in ((PHOTO, ZH), (HEIGHT, EN)):
        assert min(likeness(question, text, change(text)) for text in texts) >= ALIKE + 0.1


def test_independent_answers_to_the_same_question_are_far_from_it() -> None:
    for question, texts in ((PHOTO, ZH), (HEIGHT, EN)):
        pairs = [likeness(question, one, two) for at, one in enumerate(texts) for two in texts[at + 1 :]]
        assert max(pairs) <= ALIKE / 2


def test_pairs_come_with_the_passage_that_is_the_same_and_the_most_alike_first() -> None:
    answers = {"a": ZH[0], "b": retouched(ZH[0]), "c": ZH[1], "d": ZH[0], "e": ZH[2]}
    found = twins(PHOTO, answers)
    assert [(one.first, one.second) for one in found] == [("a", "d"), ("a", "b"), ("b", "d")]
    assert found[0].share == 1.0
    assert found[1].passage in ZH[0]
    assert len(found[1].passage) > 10


def test_short_answers_and_what_the_question_says_do_not_count() -> None:
    assert twins("多少？", {"a": "十二个苹果", "b": "十二个苹果"}) == []
    assert not is_long("x = 2 , y = 3 !!! ... ??? ,,,,")
    quote = {"a": PHOTO + ZH[0], "b": PHOTO + ZH[1]}
    assert twins(PHOTO, quote) == []
    assert twins(PHOTO, {"a": PHOTO, "b": PHOTO}) == []


def test_a_large_class_with_long_answers_takes_no_second() -> None:
    words = [text[at : at + 4] for text in ZH for at in range(len(text) - 4)]
    answers = {
        f"{number:03}": "".join(words[(number * 131 + place * place * 7) % len(words)] for place in range(200))
        for number in range(60)
    }
    answers["060"] = answers["000"]
    began = time.perf_counter()
    found = twins(PHOTO, answers)
    assert time.perf_counter() - began < 3
    assert ("000", "060") in {(one.first, one.second) for one in found[:1]}


@pytest.mark.parametrize("letters", [3001, 1], ids=["long", "of one letter"])
def test_a_large_class_that_has_all_copied_the_same_takes_no_second(letters: int) -> None:
    text = "".join(chr(0x4E00 + number * 37 % letters) for number in range(3000))
    began = time.perf_counter()
    found = twins(PHOTO, {f"{number:03}": text for number in range(120)})
    assert time.perf_counter() - began < 3
    assert len(found) == MOST_PAIRS
