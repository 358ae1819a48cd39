"""Equations, systems and inequalities with known solutions, and everything that can be forgotten in them."""

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from tests.grading.example import Example, Task, a_fraction, latex, plain, wide


def linear(rnd: Random) -> Iterator[Example]:
    value = Fraction(rnd.randint(-20, 20)) if rnd.random() < 0.6 else a_fraction(rnd, 9)
    factor = rnd.randint(2, 9)
    constant = rnd.randint(-9, 9)
    total = value * factor + constant
    letter = rnd.choice("xxxyta")
    shown = plain(value)
    left = f"{factor}{letter}{constant:+d}"
    task = Task(
        "linear equations",
        rnd.choice([f"解方程 {left}={plain(total)}", f"Solve {left} = {plain(total)}"]),
        f"{letter}={shown}",
    )
    task.right(f"{letter}={shown}", "same")
    task.right(f"{letter}＝{wide(shown)}", "full width")
    task.right(shown, "value alone")
    task.right(f"解得 {letter}={shown}", "zh prefix")
    task.right(f"所以{letter}={shown}", "zh therefore")
    task.right(f"${letter}={latex(value)}$", "latex")
    task.right(f"{left}={plain(total)}\n{factor}{letter}={plain(total - constant)}\n{letter}={shown}", "working")
    task.right(f"解：{factor}{letter}={plain(total - constant)}\n∴ {letter}={shown}", "working zh")
    if letter == "x":
        task.right(f"X={shown}", "capital")
    task.wrong(f"{letter}={plain(value + 1)}", "off by one")
    if value:
        task.wrong(f"{letter}={plain(-value)}", "sign")
    task.wrong(f"{factor}{letter}={plain(total - constant)}", "not solved")
    task.wrong(f"{letter}={shown}或{letter}={plain(value + 2)}", "one too many")
    amiss = total + constant + (1 if constant * 2 + 1 else 2)
    task.wrong(
        f"{left}={plain(total)}\n{factor}{letter}={plain(amiss)}\n{letter}={plain(amiss / factor)}", "wrong working"
    )
    task.wrong("无解", "no solution")
    if constant:
        task.open(
            f"{left}={plain(total)}\n{factor}{letter}={plain(total + constant)}\n{letter}={shown}",
            "wrong line, right end",
        )
    yield from task


def quadratic(rnd: Random) -> Iterator[Example]:
    one, two = rnd.sample(range(-9, 10), 2)
    question = f"x^2{-(one + two):+d}x{one * two:+d}=0"
    task = Task("quadratic equations", rnd.choice([f"解方程 {question}", f"Solve {question}"]), f"x={one} or x={two}")
    task.right(f"x={two}或x={one}", "zh or")
    task.right(f"x₁={one}，x₂={two}", "subscripts")
    task.right(f"x1={two}, x2={one}", "numbers")
    task.right(rf"x_1={one}, x_2={two}", "underlines")
    task.right(f"{one}, {two}", "bare")
    task.right(f"{{{two},{one}}}", "set")
    task.right(f"x＝{wide(str(one))}或x＝{wide(str(two))}", "full width")
    task.right(f"x={one},{two}", "one name")
    task.right(f"x={one} and x={two}", "and")
    task.right(f"(x{-one:+d})(x{-two:+d})=0\nx1={one}\nx2={two}" if one and two else f"x1={one}\nx2={two}", "in lines")
    task.wrong(f"x={one}", "one root")
    task.wrong(str(two), "one value")
    task.wrong(f"x={one} or x={two + 20}", "one wrong")
    if {-one, -two} != {one, two}:
        task.wrong(f"x={-one} or x={-two}", "signs")
    task.wrong(f"x₁={one}，x₂={two}，x₃={one + 30}", "one too many")
    task.wrong("无实数根", "no root")
    task.wrong(f"(x{-one:+d})(x{-two:+d})=0", "not solved")
    yield from task


def with_roots(rnd: Random) -> Iterator[Example]:
    middle, inside = rnd.randint(1, 7), rnd.choice([2, 3, 5, 6, 7, 10, 11])
    task = Task("roots with radicals", rnd.choice(["解方程", "Solve the equation"]), f"x={middle}±√{inside}")
    task.right(f"x={middle}±√{inside}", "same")
    task.right(f"x₁={middle}+√{inside}，x₂={middle}-√{inside}", "subscripts")
    task.right(rf"x={middle}\pm\sqrt{{{inside}}}", "latex")
    task.right(f"x={middle}-sqrt({inside}) or x={middle}+sqrt({inside})", "sqrt")
    task.right(f"x=({2 * middle}±2√{inside})/2", "not reduced")
    task.wrong(f"x={middle}+√{inside}", "one root")
    task.wrong(f"x={-middle}±√{inside}", "sign")
    task.wrong(f"x={middle}±√{inside + 2}", "inside")
    task.wrong(f"x={middle}±{inside}", "root lost")
    yield from task


def squares(rnd: Random) -> Iterator[Example]:
    value = rnd.randint(2, 12)
    task = Task("square equations", rnd.choice([f"x²={value * value}", f"Solve x^2 = {value * value}"]), f"x=±{value}")
    task.right(f"x=±{value}", "same")
    task.right(f"±{value}", "value alone")
    task.right(f"x={value}或x=-{value}", "zh or")
    task.right(f"x={value} or -{value}", "en or")
    task.right(f"x1={value},x2=-{value}", "numbers")
    task.wrong(f"x={value}", "one root")
    task.wrong(f"x=-{value}", "one root")
    task.wrong(f"x=±{value * value}", "not taken")
    task.wrong(f"x={value * value // 2 + value}", "value")
    yield from task


def nothing(rnd: Random) -> Iterator[Example]:
    one = rnd.randint(1, 9)
    task = Task(
        "no solution", rnd.choice([f"解方程 x²+{one}=0", f"Solve x+{one}=x"]), rnd.choice(["无解", "no solution"])
    )
    for text in ("无解", "方程无解", "No solution", "no real solutions", "∅", "没有实数根"):
        task.right(text, "words")
    for text in (f"x={one}", f"x=-{one}", "x=0", "任意实数", f"x=±{one}"):
        task.wrong(text, "a value")
    yield from task
    every = Task("no solution", "解方程 2(x+1)=2x+2", "x为任意实数")
    for text in ("任意实数", "全体实数", "x∈R", "all real numbers", "(-∞,+∞)"):
        every.right(text, "words")
    for text in ("无解", f"x={one}", "0", "no solution"):
        every.wrong(text, "a value")
    yield from every


def systems(rnd: Random) -> Iterator[Example]:
    one, two = rnd.sample(range(-9, 10), 2)
    task = Task("systems", rnd.choice(["解方程组", "Solve the system"]), f"x={one}, y={two}")
    task.right(f"x={one}，y={two}", "zh comma")
    task.right(f"y={two}, x={one}", "other order")
    task.right(f"({one}, {two})", "pair")
    task.right(f"x＝{wide(str(one))}，y＝{wide(str(two))}", "full width")
    task.right(f"x={one}\ny={two}", "two lines")
    task.right(rf"\begin{{cases}} x={one} \\ y={two} \end{{cases}}", "latex")
    task.right(f"x={one} and y={two}", "and")
    task.right(f"解得x={one}，y={two}", "zh prefix")
    task.right(f"{{x={one}, y={two}}}", "brace")
    task.wrong(f"x={two}, y={one}", "swapped")
    task.wrong(f"({two}, {one})", "pair swapped")
    task.wrong(f"x={one}", "one missing")
    task.wrong(f"x={one}, y={two + 1}", "one wrong")
    task.wrong(f"x={one + 1}\ny={two}", "one wrong, lines")
    if two:
        task.wrong(f"x={one}, y={-two}", "sign")
    yield from task


def points(rnd: Random) -> Iterator[Example]:
    one, two = rnd.sample(range(-9, 10), 2)
    task = Task("points", rnd.choice(["求顶点坐标", "Find the vertex"]), f"({one}, {two})")
    task.right(f"({one},{two})", "same")
    task.right(f"（{wide(str(one))}，{wide(str(two))}）", "full width")
    task.right(rf"\left({one},{two}\right)", "latex")
    task.right(f"x={one}, y={two}", "named")
    task.wrong(f"({two},{one})", "swapped")
    task.wrong(f"({one + 1},{two})", "first")
    task.wrong(f"({one},{two - 1})", "second")
    task.wrong(str(one), "one value")
    yield from task


def inequalities(rnd: Random) -> Iterator[Example]:
    edge = Fraction(rnd.randint(-12, 12)) if rnd.random() < 0.7 else a_fraction(rnd, 7)
    shown = plain(edge)
    sign, back, other = rnd.choice([(">", "<", "≥"), ("<", ">", "≤"), ("≥", "≤", ">"), ("≤", "≥", "<")])
    asked = rnd.choice(["解不等式", "Solve the inequality"])
    task = Task("inequalities", asked, f"x{sign}{shown}")
    typed = {"≥": ">=", "≤": "<=", ">": ">", "<": "<"}
    opening = {">": f"({shown},+∞)", "≥": f"[{shown},+∞)", "<": f"(-∞,{shown})", "≤": f"(-∞,{shown}]"}
    task.right(f"x{typed[sign]}{shown}", "typed")
    task.right(f"{shown}{back}x", "turned")
    task.right(opening[sign], "interval")
    task.right(f"{{x|x{sign}{shown}}}", "set")
    task.right(f"x{sign}{wide(shown)}", "full width")
    task.right(f"解集为x{sign}{shown}", "zh prefix")
    task.right(
        {"≥": f"x大于等于{shown}", "≤": f"x小于等于{shown}", ">": f"x大于{shown}", "<": f"x小于{shown}"}[sign],
        "zh words",
    )
    task.right(" ".join(("x", {"≥": r"\geq", "≤": r"\leq", ">": ">", "<": "<"}[sign], latex(edge))), "latex")
    task.wrong(f"x{other}{shown}", "strictness")
    task.wrong(opening[other], "strictness, interval")
    task.wrong(f"x{back}{shown}", "direction")
    if edge:
        task.wrong(f"x{sign}{plain(-edge)}", "sign")
    task.wrong(f"x={shown}", "equation")
    task.wrong(f"x{sign}{plain(edge + 1)}", "off by one")
    task.wrong(f"2x{sign}{plain(2 * edge)}", "not solved")
    yield from task


def double_inequalities(rnd: Random) -> Iterator[Example]:
    low = rnd.randint(-9, 5)
    high = low + rnd.randint(2, 9)
    task = Task("double inequalities", rnd.choice(["解不等式组", "Solve the inequality"]), f"{low}<x≤{high}")
    task.right(f"{low}<x<={high}", "typed")
    task.right(f"({low},{high}]", "interval")
    task.right(f"x>{low}且x≤{high}", "zh and")
    task.right(f"x>{low} and x<={high}", "en and")
    task.right(f"{high}≥x>{low}", "turned")
    task.right(f"{{x|{low}<x≤{high}}}", "set")
    task.wrong(f"{low}≤x≤{high}", "strictness")
    task.wrong(f"({low},{high})", "strictness, interval")
    task.wrong(f"{low}<x≤{high + 1}", "end")
    task.wrong(f"x>{low}", "one condition")
    task.wrong(f"x≤{low}或x>{high}", "outside")
    yield from task
    apart = Task("double inequalities", rnd.choice(["解不等式", "Solve the inequality"]), f"x<{low} or x>{high}")
    apart.right(f"x<{low}或x>{high}", "zh or")
    apart.right(f"x>{high} or x<{low}", "other order")
    apart.right(f"(-∞,{low})∪({high},+∞)", "union")
    apart.wrong(f"{low}<x<{high}", "between")
    apart.wrong(f"x≤{low}或x≥{high}", "strictness")
    apart.wrong(f"x<{low}", "one part")
    apart.wrong(f"(-∞,{low}]∪[{high},+∞)", "strictness, union")
    yield from apart


def lines(rnd: Random) -> Iterator[Example]:
    slope, cut = rnd.choice([-5, -4, -3, -2, 2, 3, 4, 5]), rnd.choice([-7, -4, -3, -1, 1, 2, 5, 8])
    task = Task("lines", rnd.choice(["求直线的解析式", "Find the equation of the line"]), f"y={slope}x{cut:+d}")
    task.right(f"y={slope}x{cut:+d}", "same")
    task.right(f"y={cut}{slope:+d}x", "other order")
    task.right(f"{slope}x-y{cut:+d}=0", "general form")
    task.right(f"y＝{slope}x{cut:+d}", "full width")
    task.wrong(f"y={-slope}x{cut:+d}", "slope")
    task.wrong(f"y={slope}x{-cut:+d}", "cut")
    task.wrong(f"y={slope}x", "cut lost")
    task.wrong(f"{slope}x+y{cut:+d}=0", "general form, sign")
    if slope != cut:
        task.wrong(f"y={cut}x{slope:+d}", "swapped")
    yield from task


FAMILIES = (linear, quadratic, with_roots, squares, nothing, systems, points, inequalities, double_inequalities, lines)
