"""Choices, true and false, sets and lists."""

from collections.abc import Iterator
from random import Random

from tests.grading.example import Example, Task, wide


def single_choice(rnd: Random) -> Iterator[Example]:
    key = rnd.choice("ABCD")
    other = rnd.choice([letter for letter in "ABCD" if letter != key])
    task = Task("choices", rnd.choice(["下列说法正确的是（ ）", "Which one is true?"]), key)
    typed = (key, key.lower(), wide(key), f"（{key}）", f"({key})", f"{key}.")
    spoken = (f"选{key}", f"答：{key}", f"答案是{key}", f"选项{key}", f"我选{key}", f"故选：{key}")
    for text in (*typed, *spoken, f"The answer is {key}", f"Option {key}"):
        task.right(text, "one letter")
    for text in (other, f"选{other}", f"（{other}）", other.lower(), f"答案：{other}", f"Option {other}"):
        task.wrong(text, "another letter")
    task.wrong(f"{min(key, other)}{max(key, other)}", "two letters")
    task.open(f"{key}或{other}", "either")
    task.open(f"不选{key}", "denied")
    task.open(f"{key} or {other}", "either")
    yield from task


def several_choices(rnd: Random) -> Iterator[Example]:
    letters = sorted(rnd.sample("ABCDE", rnd.randint(2, 3)))
    key = "".join(letters)
    missing = next(letter for letter in "ABCDE" if letter not in letters)
    task = Task("several choices", rnd.choice(["多选题", "Choose all that apply"]), key)
    joined = (",".join(letters), "、".join(letters), " ".join(letters), " and ".join(letters))
    for text in (key, "".join(reversed(letters)), *joined, f"选{key}", f"（{key}）", key.lower(), f"答案：{key}"):
        task.right(text, "letters")
    task.wrong(letters[0], "one missing")
    task.wrong("".join(sorted([*letters, missing])), "one too many")
    task.wrong("、".join(sorted([*letters[1:], missing])), "one other")
    yield from task


TRUE = ("对", "√", "正确", "true", "True", "✓", "是", "T", "right")
FALSE = ("错", "×", "错误", "false", "False", "✗", "不对", "F", "wrong")


def judgements(rnd: Random) -> Iterator[Example]:
    true = rnd.random() < 0.5
    ours, others = (TRUE, FALSE) if true else (FALSE, TRUE)
    task = Task("true or false", "判断题", rnd.choice(ours[:3]), kind="judge")
    for text in ours:
        task.right(text, "same")
    for text in (f"（{ours[1]}）", f"答：{ours[0]}", f"{ours[2]}。"):
        task.right(text, "with signs")
    for text in (*others, f"（{others[1]}）", f"答：{others[0]}"):
        task.wrong(text, "opposite")
    yield from task


def sets(rnd: Random) -> Iterator[Example]:
    values = rnd.sample(range(-9, 20), 3)
    task = Task("sets", rnd.choice(["求集合", "Find the set"]), "{" + ",".join(map(str, values)) + "}")
    task.right("{" + ", ".join(map(str, sorted(values))) + "}", "sorted")
    task.right(r"\{" + ",".join(map(str, reversed(values))) + r"\}", "latex")
    task.right("｛" + "，".join(map(str, values)) + "｝", "full width")
    task.wrong("{" + ",".join(map(str, values[:2])) + "}", "one missing")
    task.wrong("{" + ",".join(map(str, [*values, 33])) + "}", "one too many")
    task.wrong("{" + ",".join(map(str, [*values[:2], 44])) + "}", "one other")
    task.wrong("∅", "empty")
    yield from task


def ordered(rnd: Random) -> Iterator[Example]:
    values = sorted(rnd.sample(range(1, 60), 4))
    task = Task(
        "in order",
        rnd.choice(["从小到大排列", "Put them in ascending order"]),
        ", ".join(map(str, values)),
        kind="list",
    )
    task.right("，".join(map(str, values)), "zh commas")
    task.right("、".join(map(str, values)), "zh list")
    task.right(wide(", ".join(map(str, values))), "full width")
    task.wrong(", ".join(map(str, values[::-1])), "turned")
    task.wrong(", ".join(map(str, [values[1], values[0], *values[2:]])), "two swapped")
    task.wrong(", ".join(map(str, values[:-1])), "one missing")
    yield from task


FAMILIES = (single_choice, several_choices, judgements, sets, ordered)
