"""What the built-in tutor says between the steps, and the words by which it understands wishes. Data only, no SymPy."""

from collections.abc import Mapping

from tutor.ai.embedded.errors import Reason
from tutor.core.caller import Language

Words = Mapping[Language, str]

EXAMPLES: Words = {
    "zh": "- 计算 `3/4 + 2/5`，`12的25%是多少`\n- 解方程 `2(x-3)=10`，`x^2-5x+6=0`\n- 解方程组 `x+y=5, x-y=1`\n"
    "- 解不等式 `3-2x<7`\n- 因式分解 `x^2-9`，展开 `(x+2)^2`\n- 求导 `x^2*sin(x)`\n- 配平 `H2+O2=H2O`\n- 什么是质数？",
    "en": "- calculate `3/4 + 2/5`, `what is 25% of 12`\n- solve `2(x-3)=10`, `x^2-5x+6=0`\n- solve `x+y=5, x-y=1`\n"
    "- solve `3-2x<7`\n- factor `x^2-9`, expand `(x+2)^2`\n- differentiate `x^2*sin(x)`\n- balance `H2+O2=H2O`\n"
    "- what is a prime number?",
}

GREETING: Words = {
    "zh": "你好！我是内置辅导老师，可以一步一步陪你做这些题：\n\n{examples}\n\n把题目发给我吧。",
    "en": "Hello! I am the built-in tutor. I can work through problems like these with you, step by step:\n\n{examples}"
    "\n\nSend me your problem.",
}
THANKS: Words = {"zh": "不客气！还有题目就发给我。", "en": "You are welcome! Send me the next problem when you like."}

REFUSAL: Words = {
    "zh": "{reason}我是**内置辅导老师**，只回答我能确保正确的问题；"
    "这个问题需要接入 AI 服务才能回答，可以请学校的管理员接入。"
    "\n\n我现在可以帮你做：\n\n{examples}",
    "en": "{reason}I am the **built-in tutor** and only answer what I can get right for certain. This question needs "
    "an AI service, which your school's operator can connect.\n\nWhat I can do now:\n\n{examples}",
}
REFUSALS: Mapping[Reason, Words] = {
    "unknown": {"zh": "", "en": ""},
    "too_long": {"zh": "这道题对我来说太长了。", "en": "This is too long for me. "},
    "ambiguous": {
        "zh": "这个式子可以有两种理解。请加上括号或乘号再发一次，例如写成 `1/(2x)` 或 `(1/2)x`。",
        "en": "This formula can be read in two ways; please add brackets or a multiplication sign, for example "
        "`1/(2x)` or `(1/2)x`.",
    },
    "beyond": {"zh": "这道题超出了我会做的范围。", "en": "This is beyond what I can work out. "},
    "zero_division": {
        "zh": "式子里出现了**除以 0**，除数不能为 0，所以它没有意义。请检查题目。",
        "en": "There is a **division by zero** in it, which has no meaning. Please check the problem.",
    },
    "unverified": {
        "zh": "我没能验证这道题的结果，所以不给出答案。",
        "en": "I could not verify a result, so I give none. ",
    },
}
TOO_HARD: Words = {"zh": "这道题我没能及时算出来。", "en": "I could not work this out in time. "}
KNOWN_TERM: Words = {
    "zh": "\n\n不过题目里提到了 **{name}**，这个我可以解释：\n\n{text}",
    "en": "\n\nThe question mentions **{name}**, and that I can explain:\n\n{text}",
}

KIND: Words = {"zh": "这是**{name}**：", "en": "This is **{name}**:"}
METHOD: Words = {"zh": "**思路**　{method}", "en": "**Method** – {method}"}
FIRST: Words = {"zh": "**轮到你了**　{first}", "en": "**Your turn** – {first}"}
TURN: Words = {"zh": "**想一想**　{first}", "en": "**Think** – {first}"}
STEP: Words = {"zh": "**{number}.** {sentence}", "en": "**{number}.** {sentence}"}
FIRST_STEP: Words = {"zh": "**第一步**　{sentence}", "en": "**First step** – {sentence}"}
AFTER_STEP: Words = {
    "zh": "接着往下做，把你的结果发给我。",
    "en": "Carry on from here and send me your result.",
}
MORE: Words = {"zh": "需要的话，要一个“提示”，我就多讲一点。", "en": "Ask for a hint when you need more."}
NO_MORE: Words = {
    "zh": "这道题的提示就到这里。先自己试一试，还是不会就举手问老师。",
    "en": "There are no more hints for this problem. Try it yourself, or raise your hand for your teacher.",
}
NOT_YET: Words = {
    "zh": "答案先不说，我们一步一步来。",
    "en": "No answer yet: let us take it one step at a time.",
}
EXAMPLE: Words = {"zh": "看一道**同类的题**是怎么做的。", "en": "Look how **a problem like yours** is done."}
AFTER_EXAMPLE: Words = {
    "zh": "现在用同样的方法做你自己的题，把结果发给我。",
    "en": "Now do your own problem the same way, and send me your result.",
}
CHECK: Words = {"zh": "**检验**　{sentence}", "en": "**Check** – {sentence}"}
ANSWER: Words = {"zh": "**答**", "en": "**Answer**"}
WHICH_PROBLEM: Words = {
    "zh": "请先把题目发给我，我再给提示。例如：\n\n{examples}",
    "en": "Send me the problem first, then I can give hints. For example:\n\n{examples}",
}
RIGHT: Words = {"zh": "**正确！** ", "en": "**Correct!** "}
RIGHT_MORE: Words = {
    "zh": "你是怎么检验的？可以再发一道题。",
    "en": "How would you check it? Send me the next problem when you like.",
}
STEP_RIGHT: Words = {
    "zh": "**这一步对。** 它和原题的结果一样，接着往下做，把下一步或者最后的结果发给我。",
    "en": "**This step is right.** It leads to the same result as the problem; carry on and send the next step or the "
    "result.",
}
NEW_PROBLEM: Words = {
    "zh": "如果这是一道新题，请写明要求，例如“化简”或“展开”。",
    "en": "If this is a new problem, say what to do with it, for example “simplify” or “expand”.",
}
WRONG: Words = {"zh": "**还不对。** ", "en": "**Not right yet.** "}
LOOK_AT: Words = {
    "zh": "再看看这一步：{sentence}　改好以后再发给我，或者要一个“提示”。",
    "en": "Have another look at this step: {sentence} Then send it again, or ask for a hint.",
}
PUT_IN: Words = {
    "zh": "把 ${values}$ 代入：左边 $= {left}$，右边 $= {right}$，不相等。",
    "en": "Put in ${values}$: left side $= {left}$, right side $= {right}$. They differ. ",
}
INCOMPLETE: Words = {
    "zh": "**对了一部分。** 你给出的值是解，但还有别的解，再想想。",
    "en": "**Partly right.** That is a solution, but there is another one.",
}
NOT_FINISHED: Words = {
    "zh": "**值相等，但还没有化到最后的形式。** ",
    "en": "**Equal in value, but not yet in the final form.** ",
}


def _phrases(text: str) -> frozenset[str]:
    """The phrases of a block, divided by bars or line ends."""
    return frozenset(phrase.strip() for line in text.splitlines() for phrase in line.split("|") if phrase.strip())


HELP = _phrases("""
    a hint | a hint please | another hint | continue | dont know | get a hint | give me a hint
    give me another hint | give me one more hint | give me the next hint | go on | help | help me
    help please | hint | hint please | hints | how | how to do it | i am stuck | i cant | i do not know
    i dont know | i dont know how | i dont understand | i have no idea | idk | im stuck | more | more help
    more hints | next | next hint | next step | no idea | one more hint | show me | show me how
    still stuck | stuck | the next hint | the next step | what next | what should i do | whats next
    下一步 | 下一步呢 | 下一步怎么做 | 下一步是什么 | 不会 | 不会做 | 不懂 | 不明白 | 不知道 | 再提示
    再提示一下 | 再来 | 再给个提示 | 帮帮我 | 帮我 | 怎么做 | 怎么办 | 怎么算 | 我不会 | 我不懂 | 我不知道
    接下来 | 接下来呢 | 提示 | 提示一下 | 教教我 | 没思路 | 然后 | 然后呢 | 第一步 | 第一步是什么 | 给个提示
    给我提示 | 给点提示 | 继续 | 继续提示 | 还是不会 | 还有呢 | 给我一个提示 | 给我个提示 | 给一个提示
    来个提示 | 我要提示 | 再给我一个提示 | 再来一个提示 | 下一个提示 | 看提示 | 我还是不会 | 还是不懂
    我还是不懂 | 看不懂 | 太难了 | 再提示我一下 | 提示我一下 | 提示我 | 给我提示一下 | 再给点提示
    再给我点提示 | 给我点提示 | 多给点提示 | 多一点提示 | 再多一点提示 | 再给一点提示 | 给一点提示
    给我一点提示 | 再给一个提示 | 还有提示 | 有提示 | 有没有提示 | 要提示 | 没有思路 | 我没思路 | 我不会做
    还是不会做 | 再讲一点 | 多讲一点 | 再多讲一点
""")

REVEAL = _phrases("""
    answer | answer please | answers | explain all steps | explain each step | explain every step
    explain it | final answer | full solution | give me answer | give me the answer | give me the answers
    give me the final answer | give me the full solution | give me the solution | give me the whole solution
    just tell me | see the answer | show all steps | show each step | show every step | show me all steps
    show me everything | show me the answer | show me the full solution | show me the solution
    show the answer | show the solution | solution | solve it | tell me | tell me the answer | the answer
    the answers | the final answer | the full solution | the solution | what is the answer
    whats the answer | whole solution
    求答案 | 给个答案 | 给答案 | 说答案 | 说出答案 | 报答案 | 答案是啥 | 答案是几 | 答案呢 | 答案给我
    把答案给我 | 把答案告诉我 | 直接给我答案 | 直接告诉答案 | 直接说 | 告诉我答案是什么 | 最后答案
    最终答案 | 最后的答案 | 完整步骤 | 每一步都要讲清楚 | 讲清楚每一步 | 一步一步讲 | 一步一步讲解
    把每一步都讲清楚 | 把过程写出来 | 写出过程 | 写出完整过程 | 给我过程 | 给我完整过程 | 全部步骤
    全部过程 | 公布答案 | 告诉我答案 | 完整的解法 | 完整答案 | 完整解法 | 完整解答 | 完整过程 | 我要答案
    直接告诉我 | 直接告诉我答案 | 直接给答案 | 直接说答案 | 看答案 | 看解答 | 答案 | 答案是什么 | 答案是多少
    给我看答案 | 给我答案 | 给我解答 | 解法 | 解答 | 讲解一下 | 详细过程 | 过程
""")

GREETINGS = _phrases("""
    good afternoon | good evening | good morning | hello | hello there | hello tutor | hey | hi | hi there
    hi tutor | how are you | what can you do | who are you
    下午好 | 你会什么 | 你好 | 你好呀 | 你好啊 | 你好老师 | 你是谁 | 你能做什么 | 你能干什么 | 哈喽 | 嗨
    在么 | 在吗 | 您好 | 早上好 | 晚上好 | 老师你好 | 老师好
""")

THANKING = _phrases("""
    bye | goodbye | got it | great | i see | ok | okay | thank you | thank you very much | thanks
    thanks a lot
    再见 | 嗯 | 多谢 | 好 | 好的 | 懂了 | 我懂了 | 拜拜 | 明白了 | 知道了 | 谢谢 | 谢谢你 | 谢谢老师
""")

# Courtesy before and behind a wish, the longest first.
BEFORE_WISHES = (
    "请问能不能", "请问可以", "请问能", "能不能", "可不可以", "可以", "麻烦您", "麻烦你", "麻烦", "请你", "请您",
    "请问", "请", "老师您", "老师你", "老师", "我想要", "我想看", "我想", "我要看", "我要", "那么", "那", "你能",
    "你", "您", "能", "就", "can you please ", "could you please ", "can you ", "could you ", "would you ",
    "will you ", "can i have ", "could i have ", "may i have ", "can i get ", "can i see ", "i would like ",
    "id like ", "i want to see ", "i want ", "i need ", "please ", "just ", "okay ", "ok ", "teacher ", "tutor ",
    "and ", "now ", "so ",
)  # fmt: skip
AFTER_WISHES = (
    "可以吗", "好不好", "行不行", "好吗", "行吗", "谢谢老师", "谢谢您", "谢谢你", "谢谢", "老师", "吗", "吧", "呢",
    "啊", "呀", "嘛", "呗", "啦", " thank you very much", " thank you", " thanks", " please", " pls", " now",
    " teacher", " tutor",
)  # fmt: skip
