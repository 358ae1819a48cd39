"""The lesson text of the built-in tutor in both languages: kinds of problems, steps, slips. Data only, no SymPy.

These sentences are the tutor's speech, like a service's reply, so they live here and not in the catalogue of the pages.
Formulas arrive as facts without dollar signs; `board` fills them in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.core.caller import Language

Words = Mapping[Language, str]


def _both(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of problem is called, how it is solved, and what the student is asked to do first."""

    name: Words
    method: Words
    first: Words


KINDS: Mapping[str, Kind] = {
    "arithmetic": Kind(
        _both("四则运算", "arithmetic"),
        _both(
            "先算括号里面的，再算乘方，然后算乘除，最后算加减；同一级从左到右。",
            "Brackets first, then powers, then × and ÷, then + and −; on one level from left to right.",
        ),
        _both("这个式子应该先算哪一步？写下来给我看看。", "Which operation comes first here? Write it down for me."),
    ),
    "fractions": Kind(
        _both("分数运算", "arithmetic with fractions"),
        _both(
            "加减要先通分；乘法是分子乘分子、分母乘分母；除以一个数等于乘它的倒数；最后约分。",
            "To add or subtract, find a common denominator. To multiply, multiply tops and bottoms. "
            "To divide, multiply by the reciprocal. Reduce at the end.",
        ),
        _both(
            "你打算先做哪一步？公分母是多少（如果需要通分）？",
            "What do you do first? If you need a common denominator, what is it?",
        ),
    ),
    "percent": Kind(
        _both("百分数问题", "a percentage problem"),
        _both(
            "求一个数是另一个数的百分之几：用这个数除以另一个数，再把结果化成百分数。",
            "To find what percent one number is of another, divide the first by the second and write a percentage.",
        ),
        _both("谁除以谁？先把除法算式列出来。", "Which number is divided by which? Write the division."),
    ),
    "linear": Kind(
        _both("一元一次方程", "a linear equation in one unknown"),
        _both(
            "去分母、去括号、移项（移项要变号）、合并同类项，最后把系数化为 1。",
            "Clear denominators, open brackets, move the unknown to one side and the numbers to the other "
            "(a term that changes sides changes its sign), collect, then divide by the coefficient.",
        ),
        _both("第一步你会做什么？写出变形后的方程。", "What is your first step? Write the equation you get."),
    ),
    "quadratic": Kind(
        _both("一元二次方程", "a quadratic equation"),
        _both(
            "先化成一般形式（右边为 0），再选方法：能因式分解就分解，不行就用求根公式。",
            "Bring it to the standard form with 0 on the right; then factor if you can, or use the quadratic formula.",
        ),
        _both("化成一般形式是什么？你觉得能因式分解吗？", "What is the standard form? Do you think it factors?"),
    ),
    "system": Kind(
        _both("二元一次方程组", "a system of two linear equations"),
        _both(
            "消元：让其中一个未知数的系数相同，两式相减，变成一元一次方程；求出后代回。",
            "Elimination: make the coefficients of one unknown equal and subtract the equations; "
            "solve the equation that is left, then put the value back.",
        ),
        _both("你想先消去哪个未知数？要乘几？", "Which unknown do you want to eliminate, and by what do you multiply?"),
    ),
    "inequality": Kind(
        _both("一元一次不等式", "a linear inequality"),
        _both(
            "步骤和解方程一样；但是两边同乘或同除以负数时，不等号要改变方向。",
            "Work as with an equation, but when you multiply or divide by a negative number, the sign turns around.",
        ),
        _both("第一步怎么变形？", "What is your first step?"),
    ),
    "expand": Kind(
        _both("整式的乘法（展开）", "expanding brackets"),
        _both(
            "用一个括号里的每一项去乘另一个括号里的每一项，再合并同类项；能用乘法公式就用公式。",
            "Multiply each term of one bracket by each term of the other, then collect like terms; "
            "use a known identity where one fits.",
        ),
        _both("先把每一项都乘出来，你得到哪些项？", "Multiply out term by term: which terms do you get?"),
    ),
    "factor": Kind(
        _both("因式分解", "factoring"),
        _both(
            "先提公因式，再看能不能用公式（平方差、完全平方）或十字相乘，分解到不能再分。",
            "Take out the common factor first; then look for a difference of squares, a perfect square, "
            "or two numbers with the right sum and product.",
        ),
        _both("各项有公因式吗？看看像哪个公式？", "Is there a common factor? Which identity does it look like?"),
    ),
    "simplify": Kind(
        _both("整式化简", "simplifying an expression"),
        _both("先去括号（注意符号），再合并同类项。", "Open the brackets (mind the signs), then collect like terms."),
        _both("去掉括号以后是什么？哪些是同类项？", "What is it without brackets? Which terms are alike?"),
    ),
    "derivative": Kind(
        _both("求导数", "finding a derivative"),
        _both(
            "看清结构：和、积、商，还是复合函数；选对应的求导法则，再用基本公式。",
            "Look at the structure: a sum, a product, a quotient or a function of a function. "
            "Choose the rule that fits, then use the standard derivatives.",
        ),
        _both("这个函数是什么结构？该用哪条求导法则？", "What structure does it have, and which rule do you need?"),
    ),
    "integral": Kind(
        _both("求不定积分", "finding an indefinite integral"),
        _both(
            "先拆成简单的部分，再用基本公式、换元或分部积分；别忘了常数 $C$，最后求导检验。",
            "Split it into simple parts, then use standard integrals, substitution or parts. "
            "Do not forget the constant $C$; check by differentiating.",
        ),
        _both(
            "它可以拆成哪几部分？你认得哪个基本积分？",
            "How can you split it? Which standard integral do you recognise?",
        ),
    ),
    "balance": Kind(
        _both("化学方程式的配平", "balancing a chemical equation"),
        _both(
            "反应前后每种元素的原子个数不变；只能改化学式前面的系数，不能改右下角的数字。",
            "The number of atoms of each element is the same on both sides. "
            "Change only the coefficients in front, never the small numbers inside a formula.",
        ),
        _both(
            "先数一数：左右两边每种元素各有几个原子？", "Count first: how many atoms of each element are on each side?"
        ),
    ),
}

STEPS: Mapping[str, Words] = {
    "answer": _both("$${answer}$$", "$${answer}$$"),
    # arithmetic
    "decimals": _both("先把数写成小数：", "Write the numbers as decimals:"),
    "lowest": _both("先把各数化成最简分数：", "Write every number as a fraction in lowest terms:"),
    "nothing": _both("已经是最简形式：", "It is already in its simplest form:"),
    "add": _both("算加法：${line}$", "Add: ${line}$"),
    "subtract": _both("算减法：${line}$", "Subtract: ${line}$"),
    "multiply": _both("算乘法：${line}$", "Multiply: ${line}$"),
    "divide": _both("算除法：${line}$", "Divide: ${line}$"),
    "power": _both("算乘方：${line}$", "Work out the power: ${line}$"),
    "root": _both("算平方根：${line}$", "Take the square root: ${line}$"),
    "common_bottom": _both(
        "通分，${a}$ 和 ${b}$ 的最小公倍数是 ${common}$：",
        "The least common multiple of ${a}$ and ${b}$ is ${common}$; rewrite both fractions:",
    ),
    "add_tops": _both("分母不变，分子相加减：", "Keep the denominator, add or subtract the numerators:"),
    "flip": _both("除以一个数等于乘它的倒数：", "To divide, multiply by the reciprocal:"),
    "multiply_fractions": _both("分子乘分子，分母乘分母：", "Multiply the numerators and the denominators:"),
    "put_back": _both("代回原式：", "Put it back into the whole expression:"),
    "reduce": _both("约分，分子分母同除以 ${common}$：", "Reduce: divide top and bottom by ${common}$:"),
    "percent_divide": _both("用 ${part}$ 除以 ${whole}$：", "Divide ${part}$ by ${whole}$:"),
    "percent_hundred": _both("化成百分数：", "Write it as a percentage:"),
    "check_percent": _both("${line}$", "${line}$"),
    # linear equations and inequalities
    "clear": _both("去分母，两边同乘 ${multiple}$：", "Multiply both sides by ${multiple}$ to clear the denominators:"),
    "open": _both("去括号：", "Open the brackets:"),
    "collect": _both("合并同类项：", "Collect like terms:"),
    "move": _both(
        "移项，含 ${unknown}$ 的项移到左边，常数移到右边（移项要变号）：",
        "Move the terms with ${unknown}$ to the left and the numbers to the right (a moved term changes its sign):",
    ),
    "divide_unknown": _both("系数化为 1，两边同除以 ${coefficient}$：", "Divide both sides by ${coefficient}$:"),
    "divide_flip": _both(
        "两边同除以负数 ${coefficient}$，**不等号改变方向**：",
        "Divide both sides by the negative number ${coefficient}$; **the inequality sign turns around**:",
    ),
    "solved": _both("未知数已经单独在一边：", "The unknown already stands alone:"),
    "cancelled": _both("${unknown}$ 消去了，剩下 ${left}$。", "${unknown}$ has cancelled; what is left is ${left}$."),
    "every_number": _both("恒成立：**任意实数**都是解。", "This is always true: **every real number** is a solution."),
    "no_number": _both("不可能成立：方程**无解**。", "This is never true: there is **no solution**."),
    "every_number_inequality": _both(
        "恒成立：解集是**全体实数**。", "This is always true: **every real number** is a solution."
    ),
    "no_number_inequality": _both("不可能成立：不等式**无解**。", "This is never true: there is **no solution**."),
    "check": _both(
        "把 ${values}$ 代入：左边 $= {left}$，右边 $= {right}$，相等。",
        "Put in ${values}$: left side $= {left}$, right side $= {right}$. They agree.",
    ),
    "check_inside": _both("取 ${values}$ 试一试：${line}$，成立。", "Try ${values}$: ${line}$ is true."),
    # quadratic equations
    "standard": _both("化成一般形式：", "Write it in standard form:"),
    "isolate_square": _both(
        "没有一次项，把 ${unknown}^2$ 单独留在左边：", "There is no term in ${unknown}$; isolate the square:"
    ),
    "take_root": _both("开平方（正负两个根）：", "Take the square root (two signs):"),
    "negative_square": _both("实数的平方不会是负数。", "The square of a real number is never negative."),
    "factor_pair": _both(
        "找两个数，和为 ${sum}$，积为 ${product}$，因式分解：",
        "Find two numbers with sum ${sum}$ and product ${product}$, and factor:",
    ),
    "factor_left": _both("左边因式分解：", "Factor the left side:"),
    "zero_factor": _both("积为零，至少有一个因式为零：", "A product is zero only when a factor is zero:"),
    "discriminant": _both(
        "$a = {a}$，$b = {b}$，$c = {c}$，算判别式：",
        "With $a = {a}$, $b = {b}$, $c = {c}$, work out the discriminant:",
    ),
    "negative_discriminant": _both("判别式小于零。", "The discriminant is negative."),
    "root_formula": _both("代入求根公式：", "Use the quadratic formula:"),
    "check_vieta": _both(
        "两根之和 $= {sum}$，两根之积 $= {product}$，与系数关系一致。",
        "The sum of the roots is ${sum}$ and their product is ${product}$, as the coefficients demand.",
    ),
    "no_real_number": _both("**没有实数根**。", "There is **no real solution**."),
    # systems
    "tidy_rows": _both("整理两个方程：", "Tidy up both equations:"),
    "same_coefficient": _both("使 ${unknown}$ 的系数相同：", "Make the coefficients of ${unknown}$ equal:"),
    "subtract_rows": _both(
        "两式相减，消去 ${unknown}$：", "Subtract the second from the first; ${unknown}$ drops out:"
    ),
    "solve_for": _both("解出 ${unknown}$：", "Solve for ${unknown}$:"),
    "back": _both("把 ${value}$ 代回 ${row}$：", "Put ${value}$ into ${row}$:"),
    "same_rows": _both("两个方程其实是同一个：", "Both equations say the same:"),
    "parallel_rows": _both("左边相同而右边不同，互相矛盾：", "The left sides are equal and the right sides are not:"),
    "many_pairs": _both("方程组有**无数组解**。", "There are **infinitely many solutions**."),
    "no_pair": _both("方程组**无解**。", "There is **no solution**."),
    # polynomials
    "multiply_out": _both("去括号，逐项相乘：", "Open the brackets term by term:"),
    "square_of_sum": _both(
        "用公式 $(a+b)^2 = a^2 + 2ab + b^2$，也就是逐项相乘：", "Use $(a+b)^2 = a^2 + 2ab + b^2$, here term by term:"
    ),
    "square_of_difference": _both(
        "用公式 $(a-b)^2 = a^2 - 2ab + b^2$，也就是逐项相乘：", "Use $(a-b)^2 = a^2 - 2ab + b^2$, here term by term:"
    ),
    "sum_times_difference": _both("平方差公式 $(a+b)(a-b) = a^2 - b^2$：", "Use $(a+b)(a-b) = a^2 - b^2$:"),
    "like_terms": _both("合并同类项：", "Collect like terms:"),
    "common_factor": _both("提公因式 ${factor}$：", "Take out the common factor ${factor}$:"),
    "perfect_square": _both("完全平方公式：", "This is a perfect square:"),
    "difference_of_squares": _both("平方差公式：", "This is a difference of squares:"),
    "cross_method": _both("十字相乘：", "Find the pair of factors that gives the middle term:"),
    "factor_further": _both("继续分解：", "Factor further:"),
    "irreducible": _both("在有理数范围内不能再分解：", "It cannot be factored further over the rational numbers:"),
    "check_multiplied": _both("乘开：${product} = {given}$。", "Multiplied out: ${product} = {given}$."),
    # derivatives
    "derivative_constant": _both("常数的导数是 0：", "The derivative of a constant is 0:"),
    "derivative_sum": _both("和的导数，逐项求导：", "Differentiate a sum term by term:"),
    "derivative_factor": _both("常数因子提到前面：", "A constant factor stays in front:"),
    "derivative_product": _both("乘积法则 $(uv)' = u'v + uv'$：", "Product rule $(uv)' = u'v + uv'$:"),
    "derivative_quotient": _both(
        r"商的法则 $\left(\frac{{u}}{{v}}\right)' = \frac{{u'v - uv'}}{{v^2}}$：",
        r"Quotient rule $\left(\frac{{u}}{{v}}\right)' = \frac{{u'v - uv'}}{{v^2}}$:",
    ),
    "derivative_power": _both("幂函数 $(x^n)' = nx^{{n-1}}$：", "Power rule $(x^n)' = nx^{{n-1}}$:"),
    "derivative_exponential": _both(r"指数函数 $(a^x)' = a^x \ln a$：", r"Exponential function $(a^x)' = a^x \ln a$:"),
    "derivative_standard": _both("基本公式：", "Standard derivative:"),
    "derivative_chain": _both(
        "复合函数，内层是 ${inner}$，用链式法则：",
        "A function of a function with ${inner}$ inside: use the chain rule:",
    ),
    "put_together": _both("合起来：", "Put it together:"),
    # integrals
    "integral_constant": _both("常数的积分：", "Integrate the constant:"),
    "integral_factor": _both("常数因子提到前面：", "A constant factor comes out:"),
    "integral_sum": _both("逐项积分：", "Integrate term by term:"),
    "integral_power": _both(
        r"幂函数 $\int x^n\,\mathrm{{d}}x = \frac{{x^{{n+1}}}}{{n+1}} + C$：",
        r"Power rule $\int x^n\,\mathrm{{d}}x = \frac{{x^{{n+1}}}}{{n+1}} + C$:",
    ),
    "integral_reciprocal": _both(
        r"基本公式 $\int \frac{{1}}{{x}}\,\mathrm{{d}}x = \ln|x| + C$：",
        r"Standard integral $\int \frac{{1}}{{x}}\,\mathrm{{d}}x = \ln|x| + C$:",
    ),
    "integral_exponential": _both("指数函数的积分：", "Integrate the exponential function:"),
    "integral_sine": _both("正弦的积分：", "Integrate the sine:"),
    "integral_cosine": _both("余弦的积分：", "Integrate the cosine:"),
    "integral_standard": _both("基本公式：", "Standard integral:"),
    "integral_substitution": _both("换元，令 ${u} = {inner}$：", "Substitute ${u} = {inner}$:"),
    "integral_parts": _both(
        r"分部积分，$u = {u}$，$\mathrm{{d}}v = {dv}\,\mathrm{{d}}{variable}$：",
        r"Integrate by parts with $u = {u}$ and $\mathrm{{d}}v = {dv}\,\mathrm{{d}}{variable}$:",
    ),
    "integral_rewrite": _both("改写被积函数：", "Rewrite the integrand:"),
    "check_derivative": _both("求导：${line}$。", "Differentiate: ${line}$."),
    # chemistry
    "name_coefficients": _both("给每个化学式设一个系数：", "Give every formula an unknown coefficient:"),
    "count_elements": _both("数每种元素的原子，左右相等：", "Count the atoms of each element; both sides are equal:"),
    "smallest_numbers": _both("求最小的正整数解：", "Find the smallest whole numbers that fit:"),
    "write_coefficients": _both("写上系数（1 省略）：", "Write the coefficients (1 is left out):"),
    "check_atoms": _both("两边原子数：{lines}。", "Atoms on both sides: {lines}."),
}

SLIPS: Mapping[str, Words] = {
    "tops_and_bottoms": _both(
        "看起来你把分子、分母分别相加减了；分母不同的分数要先通分。",
        "It looks as if you added tops and bottoms separately; fractions need a common denominator first.",
    ),
    "sign_when_moving": _both(
        "检查移项：移到另一边的项有没有变号？", "Check the moving step: does every moved term change its sign?"
    ),
    "last_division": _both(
        "检查最后一步：要用未知数的系数去除两边。", "Check the last step: divide both sides by the coefficient."
    ),
    "sign_of_root": _both(
        "检查符号：因式 $x - a$ 为零时，$x$ 等于 $a$。",
        "Check the signs: the factor $x - a$ is zero when $x$ equals $a$.",
    ),
}
