"""Work without an assignment is cut into problems, and what is said of each is true."""

import random
import time
from collections.abc import AsyncIterator

import pytest

from tests.homework.factories import a_submission
from tutor.ai.checking.checker import AnswerChecker
from tutor.ai.embedded import AnswerKeys
from tutor.ai.embedded.worker import Workers
from tutor.homework.models import QuestionGrade
from tutor.homework.own_work import OwnWork
from tutor.homework.splitting import problems_in

SIGNS = {1.0: "r", 0.0: "w", None: "?"}
# What a pupil types, and what is true of its problems in order: r right, w wrong, ? not to be decided by calculation.
# Where the truth is hard to know, `?` may be said too, but never the opposite.
TEXTS = [
    ("1. 2x+3=7\n解:2x=4\nx=2", "r"),
    ("1. 2x+3=7\n解：2x=4\nx=3", "w"),
    ("(2) 1/2+1/3=5/6", "r"),
    ("(2) 1/2+1/3=2/5", "w"),
    ("三、15×4=60", "r"),
    ("三、15×4=65", "w"),
    ("计算 3/4 - 1/2 = 1/4", "r"),
    ("计算 3/4 - 1/2 = 1/2", "w"),
    ("x²-5x+6=0, x=2或x=3", "r"),
    ("x²-5x+6=0, x=2或x=-3", "w"),
    ("x²-5x+6=0, x=2", "w"),
    ("x²-5x+6=0，x1=2，x2=3", "r"),
    ("2x+3=7\n2x=4\nx=2", "r"),
    ("2x+3=7\n2x=10\nx=5", "w"),
    ("１．２ｘ＋３＝７\nｘ＝２", "r"),
    ("１．２ｘ＋３＝７\nｘ＝４", "w"),
    ("1.2x+3=7\nx=2", "r"),
    ("1.2x+3=7\nx=10/3", "r"),
    ("1.2x+3=7\nx=5", "w"),
    ("1.5+2.5=4", "r"),
    ("1.5+2.5=5", "w"),
    (r"$\frac{1}{2}+\frac{1}{3}=\frac{5}{6}$", "r"),
    (r"$\frac{1}{2}+\frac{1}{3}=\frac{2}{5}$", "w"),
    ("1. $2x+3=7$\n$x=2$", "r"),
    ("1. 2x+3=7\nx=2\n2. 3x-1=8\nx=3\n3. 5x=20\nx=5", "rrw"),
    ("一、计算\n1. 12+30=42\n2. 7×8=54\n3. 100-37=63", "rwr"),
    ("一、解方程\n(1) 2x+3=7\n解：x=2\n(2) 3x=9\n解：x=2\n二、计算\n(1) 1/2+1/4=3/4", "rwr"),
    ("因式分解：\n(1) x²-9=(x+3)(x-3)\n(2) x²-4x+4=(x-2)²", "rr"),
    ("因式分解：x²-9=(x-3)²", "w"),
    ("因式分解：x²-9=(x+3)(x-3)", "r"),
    ("化简：3a+2b-a\n=2a+2b", "r"),
    ("化简 3a+2a = 6a", "w"),
    ("展开 (x+1)² = x²+2x+1", "r"),
    ("展开 (x+1)² = x²+1", "w"),
    ("Solve 2x + 3 = 11\nx = 4", "r"),
    ("Solve 2x + 3 = 11. Answer: x = 5", "w"),
    ("1) 12 + 30 = 42\n2) 15 × 4 = 50", "rw"),
    ("Q1. 3/4 + 1/6 = 11/12\nQ2. 3/4 - 1/6 = 7/12", "rr"),
    ("①3+4=7 ②5×6=30 ③9-4=4", "rrw"),
    ("(1) 3+4=7 (2) 5×6=30 (3) 9-4=6", "rrw"),
    ("1. 3+4=7  2. 5×6=31  3. 9-4=5", "rwr"),
    ("12+30=42\n15×4=60\n100÷8=12", "rrw"),
    ("2x+3=7\nx=2\n3x=9\nx=3", "rr"),
    ("2x+3=7\nx=2\n\n3x=9\nx=4", "rw"),
    ("x+y=5\nx-y=1\nx=3,y=2", "r"),
    ("x+y=5\nx-y=1\n2x=6\nx=3\n3+y=5\ny=2", "r"),
    ("x+y=5, x-y=1, x=3, y=2", "r"),
    ("x+y=5, x-y=1 解得 x=2, y=3", "w"),
    ("2x-1>5, x>3", "r"),
    ("2x-1>5\n2x>6\nx>=3", "w"),
    ("-2x≥4\nx≤-2", "r"),
    ("-2x≥4\nx≥-2", "w"),
    ("10÷3=3……1", "r"),
    ("10÷3=3……2", "w"),
    ("47 ÷ 6 = 7余5", "r"),
    ("10÷4=2.5", "r"),
    ("25是80的百分之几？31.25%", "r"),
    ("25是80的百分之几？\n答：32%", "w"),
    ("12的25%\n3", "r"),
    ("what is 15% of 80? 12", "r"),
    ("What is 15% of 80?\nAnswer: 13", "w"),
    ("80的15%是多少？\n80×15%=12\n答：12", "r"),
    ("0.25×4=1", "r"),
    ("(-3)×(-4)=12", "r"),
    ("(-3)×(-4)=-12", "w"),
    ("(1)-2+3=1", "r"),
    ("(1) -2+3=1", "r"),
    ("计算：1/2+1/3\n=3/6+2/6\n=5/6", "r"),
    ("计算：1/2+1/3\n=3/6+1/6\n=4/6", "w"),
    ("2+3×4=？14", "r"),
    ("15×4=（60）", "r"),
    ("15×4=__60__", "r"),
    ("x²+1=0, 无解", "r"),
    ("x²=9, x=3", "w"),
    ("x²=9, x=±3", "r"),
    ("2(x-1)=3x+1\n解：2x-2=3x+1\n-x=3\nx=-3\n检验：2×(-3-1)=-8，3×(-3)+1=-8", "r"),
    ("2x+3=7\nx=2\n2×2+3=7", "rr"),
    ("第1题 8+7=15\n第2题 8×7=56", "rr"),
    ("题目：2x+3=7 答案：x=2", "r"),
    ("数学作业\n1. 8+7=15\n2. 8×7=54", "rw"),
    ("求导 x³ = 3x²", "r"),
    ("求 y=x³ 的导数\ny'=3x²", "r"),
    ("3/4+1/4=4/4=1", "r"),
    # what calculation cannot decide
    ("小明有5个苹果，吃了2个，还剩几个？5-2=3个", "?"),
    ("一个长方形长5厘米，宽3厘米，面积是多少？\n答：15平方厘米", "?"),
    ("春天来了，花儿都开了，我很高兴。", "?"),
    ("My favourite season is spring.", "?"),
    ("1. 2x+3=7", "?"),
    ("x²=4, x>0, x=2", "?"),
    ("10÷3=3.33", "?"),
    ("10÷3≈3.33", "?"),
    ("2x+3=7\n2x=5\nx=2", "?"),
    ("写出相反数\n(1) 1/2+1/3=-5/6", "?"),
    ("9999999999", "?"),
    ("解方程：x^5+x+1=0\nx=2", "?"),
    ("1. 看图写话\n2. 2x=6\nx=3", "?r"),
    ("已知 x+y=5，求 2x+2y\n2x+2y=10", "?"),
    ("1. 我不会\n2. 3+4=7", "?r"),
    ("已知 x=3\n求 2x+1\n7", "?"),
    ("计算下面各题：\n1. 3+4=7\n2. 5×6=31", "rw"),
    ("一、计算（每题5分，共10分）\n1. 3+4=7\n2. 5×6=31\n二、解下列各方程\n1.（5分）2x+3=7\nx=2", "rwr"),
    ("(1)Solve 2x+3=7. Answer: x=2\n(2)x+3=7\nx=4", "rr"),
    ("24+12=36\nSolve 5x+14=-31. Answer: x=-9", "rr"),
    ("2x+3=-1，x=-2\n4x+10=-26，x=-9\n44×8=352\n1/2+4/9=17/18", "rrrr"),
    ("36×12=432\n8x+5=-51\n8x=-56\nx=-6\n105÷3=35", "rwr"),
    ("1. 36×12\n=432\n5x+19=39\nx=4", "?"),
    ("1. 2x+3=7\nx=2\n3x=9\nx=3", "?"),
    ("1. (5 points) Solve 2x+3=7\nx=2", "r"),
    ("已知 x=3\n求 2x+1\n解：7", "?"),
    ("若x=3, 2x+1=7", "?"),
    ("2x+3=7\n2x=4\n答：x=2", "r"),
    ("2x+3=7\n2x=4\n答：x=3", "w"),
    ("1/4+1/4=2/4", "r?"),
    ("3+5=8，8×2=16", "rr"),
    ("3+5=8，8×2=18", "rw"),
    ("1. 3+5=8 8×2=16", "?"),
    ("3+5×2=3+10=13", "r"),
    ("3+5×2=8×2=16", "w"),
    ("5-8=3", "w"),
    ("0.1+0.2=0.3\n0.5×0.5=0.25\n1÷8=0.125", "rrr"),
    ("2³=8", "r"),
    ("2³=6", "w"),
    ("√16=4", "r"),
    ("|−5|=5", "r?"),
    ("x/2=6\nx=12", "r"),
    ("3(x+2)=15，x+2=5，x=3", "r"),
    ("y²-4=0，y=2或y=-2", "r"),
    ("1. 35+27=62\n\n2. 81-46=35\n\n3. 9×9=80", "rrw"),
    ("一、口算\n(1)3+4=7\n(2)8-5=2\n(3)6×7=42", "rwr"),
    ("1、3+4=7；2、5×6=30", "rr"),
    ("解方程\n2x-5=9\n2x=14\nx=7", "r"),
    ("解方程 2x-5=9\n2x=14\nx=8", "w"),
    ("Work out:\n1. 3/4 + 1/8 = 7/8\n2. 2/3 - 1/6 = 1/2", "rr"),
    ("三千加五百等于3500", "?"),
    ("12:18=2:3", "r?"),
    ("100÷8=12.5 8×7=56", "?"),
    ("1. 12×3+4\n12×3=36\n36+4=40", "r"),
    ("1. 12×3+4\n12×3=36\n36+4=41", "w"),
    ("3(x+2)=15，x+2=5，x=4", "w"),
    ("100-99=1. 50+50=100.", "?"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def own_work() -> AsyncIterator[OwnWork]:
    workers = Workers(20, 1)
    keys = AnswerKeys(workers)
    yield OwnWork(keys, AnswerChecker(workers))
    await keys.close()


async def graded(own_work: OwnWork, text: str) -> tuple[QuestionGrade, ...]:
    async def progress(_done: int, _of: int) -> None: ...

    return await own_work.grade(a_submission(text=text), progress)


@pytest.mark.parametrize(("text", "truth"), TEXTS)
async def test_what_is_said_of_typed_work_is_true(text: str, truth: str, own_work: OwnWork) -> None:
    said = "".join(SIGNS[grade.points] for grade in await graded(own_work, text))
    assert said in ({truth} if truth != "r?" else {"r", "?"})


@pytest.mark.parametrize("number", ["{}. ", "({})", "{}、", "第{}题 ", "{}.", ""])
async def test_nothing_false_is_said_of_made_up_work(number: str, own_work: OwnWork) -> None:
    """A hundred sums and equations, of which every third is wrong."""
    made = random.Random(5)  # noqa: S311  # the same work each time
    wrongs = [(place + 1) % 3 == 0 for place in range(100)]
    lines = [_made_up(made, is_wrong=is_wrong) for is_wrong in wrongs]
    for start in range(0, 100, 5):
        text = "\n".join(number.format(place) + line for place, line in enumerate(lines[start : start + 5], start=1))
        said = [grade.points for grade in await graded(own_work, text)]
        assert said == [0.0 if is_wrong else 1.0 for is_wrong in wrongs[start : start + 5]], text


def _made_up(made: random.Random, *, is_wrong: bool) -> str:
    one, two, three, off = made.randint(2, 9), made.randint(2, 60), made.randint(2, 12), made.choice([1, -1, 10])
    slip = off if is_wrong else 0
    sums = (
        f"{two}+{three}={two + three + slip}",
        f"{two} × {one} = {two * one + slip}",
        f"{two * one}÷{one}＝{two + slip}",
        f"{one}x+{three}={one * two + three}\n{one}x={one * two}\nx={two + slip}",
        f"{one}x+{three}={one * two + three}，x={two + slip}",
        f"解方程 {one}x+{three}={one * two + three}\n答：x={two + slip}",
    )
    return made.choice(sums)


async def test_a_right_answer_has_its_point_and_its_badge(own_work: OwnWork) -> None:
    (grade,) = await graded(own_work, "1. 2x+3=7\n解:2x=4\nx=2")
    assert (grade.question_id, grade.question, grade.answer) == ("q1", "2x+3=7", "解:2x=4\nx=2")
    assert (grade.points, grade.max_points, grade.by, grade.flags) == (1.0, 1.0, "calculation", ())


async def test_a_wrong_answer_says_why_and_where(own_work: OwnWork) -> None:
    (grade,) = await graded(own_work, "2x+3=7\n2x=10\nx=5")
    assert (grade.points, grade.reason, grade.wrong_line) == (0.0, "value", None)


async def test_what_cannot_be_decided_is_nobodys_and_has_no_points(own_work: OwnWork) -> None:
    (grade,) = await graded(own_work, "春天来了，花儿都开了，我很高兴。")
    assert (grade.points, grade.by, grade.flags, grade.confidence) == (None, "nobody", ("undecided",), 0.0)


async def test_a_problem_without_an_answer_is_not_wrong(own_work: OwnWork) -> None:
    (grade,) = await graded(own_work, "1. 2x+3=7")
    assert (grade.points, grade.by, grade.reason) == (None, "nobody", "empty")


async def test_progress_is_told_after_each_problem(own_work: OwnWork) -> None:
    told: list[tuple[int, int]] = []

    async def progress(done: int, of: int) -> None:
        told.append((done, of))

    await own_work.grade(a_submission(text="1. 3+4=7\n2. 5×6=30"), progress)
    assert told == [(1, 2), (2, 2)]


def test_a_problem_knows_where_it_stands_in_the_text() -> None:
    text = "一、计算\n1. 12+30=42\n2. 7×8=54"
    problems = problems_in(text)
    assert [text[one.start :][:2] for one in problems] == ["1.", "2."]


def test_an_instruction_stands_over_the_problems_below_it() -> None:
    problems = problems_in("一、因式分解\n1. x²-9\n=(x+3)(x-3)\n二、计算\n1. 3+4=7")
    assert [one.question for one in problems] == ["因式分解: x²-9", "计算: 3+4"]


@pytest.mark.parametrize(
    "text", ["", "   \n ", "1.", "((((", "=" * 5000, "1. " * 3000, "x\n" * 4000, "一、" * 100, "\ud800"]
)
def test_any_text_is_cut_without_a_fault(text: str) -> None:
    assert len(problems_in(text)) <= 60


@pytest.mark.parametrize("part", ["1234567890", "1=1\n", "x\n", "1. 12", "(1"])
def test_no_work_takes_long_to_cut(part: str) -> None:
    began = time.process_time()
    problems_in((part * 10_000)[:10_000])
    assert time.process_time() - began < 0.8
