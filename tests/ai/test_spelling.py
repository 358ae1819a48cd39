"""Every way to write an answer comes to one plain spelling, however the text is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.ai.secrets import Secret, Secrets
from tutor.ai.spelling import Plain, formulas, letters, plain

THREE = Secrets([Secret("x=3", "x"), Secret("§3", "x"), Secret("§=3", "x"), Secret("§:3", "x"), Secret("§:;3", "x")])


@pytest.mark.parametrize(
    "text",
    [
        "x=3",
        "x = 3",
        "x＝３",
        "$x=3$",
        r"$$x = 3$$",
        r"x = \boxed{3}",
        r"\boxed{3}",
        r"\boxed{x=3}",
        "x等于三",
        "x 是 3",
        "x的值是3",
        "x 就是 3。",
        "答案是3",
        "答案：3",
        "答案：\n\n3",
        "the answer is 3",
        "The answer: **3**",
        "so x equals 3!",
        "x is equal to 3",
        "解得 x=3",
        "x=3，y=2",
        "2. x=3",
        "第 2 步\nx=3",
        "by 2\n\n$$x=3$$",
        "X=3",
        "x  =  3",
        "x=3 so it is",
        "x=3.",
        "x=3。",
        r"\left(x\right)=3",
        "x&=3",
        r"\mathbf{x}=\mathbf{3}",
        "we get 3",
        "得到３",
        "x = 三",
        "x is three",
        "x can be 3 or 4",
        "x 取 3",
        "x ∈ {3, 4}",
        "x\u200b=\u200b3",
        "The roots are 3 and 4.",
        "The solution set is {3, 4}",
        "两个根分别为 3 和 4",
        "根：3，4",
        "解集是 {3}",
    ],
)
def test_an_answer_is_found_in_any_notation(text: str) -> None:
    assert THREE.look(plain(text)).said is not None


@pytest.mark.parametrize(
    "text",
    [
        "x=30",
        "x=3.5",
        "x=3/4",
        "x=3^2",
        "2x=3",
        "2+x=3",
        "6-x=3",
        "x=13",
        "第3步",
        "3. 再看",
        "得到：\n3. 再看",
        "3",
        "x=-3",
        "有 3 项",
        "x=3x",
        "max=31",
        "x>3",
        "x^3",
        "(3) 移项",
        "what is 3 of x",
        "x 的系数是 2，常数项 3",
        "根据题意，3x",
        "根号 3",
        "x 取三个值",
        r"x=\frac{3}{4}",
    ],
)
def test_harmless_text_is_let_alone(text: str) -> None:
    assert THREE.look(plain(text)).said is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{23}{20}", "23/20"),
        (r"\dfrac{23}{20}", "23÷20"),
        ("½", "1/2"),
        ("x²+1", "x^{2} + 1"),
        (r"2 \cdot x", "2x"),
        (r"x \le 3", "x ≤ 3"),
        ("x<=3", "x不大于3"),
        (r"\sqrt{2}", "√2"),
        ("sqrt(2)", "√2"),
        (r"2\,\mathrm{H_{2}} + \mathrm{O_{2}} \rightarrow 2\,\mathrm{H_{2}O}", "2H₂ + O₂ → 2H₂O"),
        ("2H2+O2->2H2O", "2H2+O2=2H2O"),
        (r"x = 3,\quad y = 2", "x=3,,y=2"),
        (r"25\%", "25%"),
        ("x₁=2", "x_1 = 2"),
        ("2*x", "2x"),
        ("−3", "-3"),
        (r"\begin{aligned} x &= 3 \\ y &= 2 \end{aligned}", r"{aligned} x=3; y=2 {aligned}"),
    ],
)
def test_two_notations_are_spelt_alike(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("said", "spelt"), [("Don't give STEP 3！", "dontgivestep3"), ("别讲 第三步。", "别讲第三步")])
def test_words_are_compared_by_their_letters(said: str, spelt: str) -> None:
    assert letters(said, final=True).text == spelt


VOCABULARY = [
    *[
        "x",
        "y",
        "2",
        "3",
        "0",
        ".",
        ",",
        "-",
        "+",
        "=",
        "/",
        "^",
        "{",
        "}",
        "(",
        ")",
        "$",
        "*",
        "\\",
        "\n",
        "_",
        "是",
        "为",
        "得",
        "答",
        "案",
        "解",
        "等",
        "于",
        "大",
        "小",
        "不",
        "三",
        "十",
        "五",
        "因",
        "的",
        "第",
        "步",
        "，",
        "。",
        "：",
        "；",
        "②",
        "²",
        "＝",
    ],
    *(
        " ",
        "\n",
        "\\frac",
        "\\boxed",
        "\\le",
        "is",
        "the",
        "answer",
        "xy",
        "sin",
        "等于",
        "大于等于",
        "答案是",
        "x=3",
        "1. ",
        "(2)",
        "\\\\",
        "->",
    ),
]
TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=30).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.data())
def test_a_text_is_spelt_alike_however_it_is_cut(text: str, data: st.DataObject) -> None:
    """What is spelt before the end is known stays so, and the rest is spelt from where it was cut."""
    place = data.draw(st.integers(0, len(text)))
    first = formulas(text[:place], final=False)
    size, raw = first.cut(len(first.text))
    assert first.text[:size] + formulas(text[raw:], final=True).text == formulas(text, final=True).text


def test_a_cut_never_goes_through_a_token() -> None:
    spelt = Plain("a1/2b", (0, 1, 1, 1, 2), (1, 2, 2, 2, 3))
    assert [spelt.cut(place) for place in range(6)] == [(0, 0), (1, 1), (1, 1), (1, 1), (4, 2), (5, 3)]
