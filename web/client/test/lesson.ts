/** An answer with everything that answers are made of, in both languages. Shared by the rendering tests. */
export const LESSON = String.raw`# 勾股定理 — The Pythagorean theorem

同学你好！在直角三角形里，两条直角边 $a$、$b$ 与斜边 $c$ 满足 $a^2+b^2=c^2$。This holds *only* in a **right triangle**（直角三角形）, where \(\angle C = 90^\circ\).

1. 先画图：设 $a=3$，$b=4$；
2. 再计算 $c=\sqrt{a^2+b^2}=\sqrt{9+16}=5$；
   - 检查单位：都是 $\mathrm{cm}$；
   - check the size: $c > a$ and $c > b$.
3. 最后写答句，**不要忘记**单位。

> 提示：a ticket of $5 plus a snack of $3 is $8 in all, and none of it is a formula. 价格是 $20元。

$$
S=\frac{1}{2}ab\sin C \quad\text{当 } C=90^\circ \text{ 时 } S=\tfrac{1}{2}ab
$$

## Why it is true 证明

Four copies of the triangle in a square of side \(a+b\):

\[
\begin{aligned}
(a+b)^2 &= 4\cdot\tfrac12 ab + c^2 \\
a^2+2ab+b^2 &= 2ab + c^2 \\
\therefore\; a^2+b^2 &= c^2
\end{aligned}
\]

| $a$ | $b$ | $c=\sqrt{a^2+b^2}$ | 备注 |
|:--|:-:|--:|---|
| 3 | 4 | $5$ | the smallest |
| 5 | 12 | $13$ | ${"`a < b`"} |
| 8 | 15 | $\sqrt{289}=17$ | **互质** |

用程序找一找 — let a program look for more:

${"```"}python
def triples(limit: int) -> list[tuple[int, int, int]]:
    # "$" and \frac are only text here: cost = "$5"
    found = []
    for a in range(1, limit):
        for b in range(a, limit):
            c = (a * a + b * b) ** 0.5  # 斜边
            if c == int(c) and c <= limit:
                found.append((a, b, int(c)))
    return found
${"```"}

变量 ${"`x_1`"} 和 ${"`$HOME`"} 不是公式。The distance of two points is $$d=\sqrt{(x_2-x_1)^2+(y_2-y_1)^2}$$ and for $n$ dimensions

$$d_n=\left[\sum_{i=1}^{n}(x_i-y_i)^2\right]^{1/2}$$

- 若 $\Delta = b^2-4ac \ge 0$，则 $x_{1,2}=\frac{-b\pm\sqrt{\Delta}}{2a}$；
- 极限 $\lim_{x\to 0}\frac{\sin x}{x}=1$，区间 $\left(-\infty,\,0\right]$ 与 $[0,1)$；
  $$
  \int_0^1 x^2\,dx=\frac13
  $$
- 化学方程式 $\ce{2H2 + O2 -> 2H2O}$，向量 $\vec{a}\cdot\vec{b}=|\vec{a}||\vec{b}|\cos\theta$。

See [the history of the theorem](https://example.org/history "历史") or ~~guess~~ ask your teacher: ***slowly, step by step***. Multiply 3 * 4 * 5, and remember snake_case_names.

---

**练习 Practice.** 一架梯子长 $13\,\mathrm{m}$，底端离墙 $5\,\mathrm{m}$。How high does it reach? \[h=\sqrt{13^2-5^2}=12\;\mathrm{m}.\] 你能说出**为什么**吗？
`;
