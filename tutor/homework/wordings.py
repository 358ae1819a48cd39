"""The wordings by which people speak to whoever grades them, in Chinese and English. `suspicion.py` looks for them.

They are tried on plain text: NFKC, small letters, nothing invisible.
"""

import re

_ZH_FULL = r"(?:满分|全分|全对|最高分|滿分|全對|最高等级|[aA]\+)"
_ZH_GRADER = (
    r"(?:ai|助手|模型|机器人?|评分(?:员|者|人|系统|程序|老师)|批改(?:员|者|人|系统|程序|老师|作业的)|"
    r"阅卷(?:员|者|人|系统|老师)|改卷(?:的|人|老师)?|評分|批改機)"
)
_EN_RULES = (
    r"(?:instruct\w*|rules?|rubrics?|prompts?|guidelines?|criteria|directions|orders|programming|"
    r"answer key|constraints)"
)
_EN_ALL = r"(?:full|maximum|max(?:imal)?|perfect|top|highest|complete|all)"
_EN_POINTS = r"(?:marks?|points?|scores?|credits?|grades?)"

_PATTERNS = (
    # Chinese, against the rules
    (
        r"(?:忽略|无视|無視|(?:忘记|忘掉|忘了)(?:你|您|之前|以上|上面|前面|刚才|所有|系统|一切)|抛开|跳过|绕过|覆盖|不要理会|不用管|别管|不必遵守|不要遵守|停止执行|作废)[^。!?\n]{0,8}"
        r"(?:指令|指示|提示词?|规则|規則|标准|標準|要求|设定|設定|系统|评分|rubric|内容|命令|说明)"
    ),
    r"(?:新的?|以下|下面|最新|真正的?|隐藏)的?(?:指令|系统(?:消息|提示)|命令|评分(?:规则|标准|细则|要求))",
    r"(?:评分|批改|给分)(?:标准|规则|细则|要求|方式)(?:已经?|现在|有|被|改为|变更|更新|作废|失效)",
    r"系统(?:提示|消息|指令|通知|管理员|公告|更新|命令)\s*[:,：】\]]|[【\[<(]\s*(?:系统|管理员|开发者|超级用户|system)\s*[】\]>)]",
    r"(?:开发者|管理员|调试|维护|上帝|越狱)模式|最高权限|管理员(?:授权|批准|命令|要求)|(?:输出|返回|填写?)(?:以下)?json",
    rf"(?:你|您)(?:现在|其实|必须|只)?(?:就)?(?:是|扮演|作为)[^。\n]{{0,10}}{_ZH_GRADER}|(?:作为|身为)(?:一[个名位])?{_ZH_GRADER}",
    rf"(?:致|给|告诉|通知|提醒|请|亲爱的|尊敬的|你好|您好)[,: ]?(?:所有|各位|负责)?(?:这个|本次|的)?{_ZH_GRADER}",
    rf"{_ZH_GRADER}[^。\n]{{0,6}}(?:请|必须|务必|注意|应当|应该|听好|看到)",
    r"(?:你|您)的(?:新)?任务(?:已|改|变|现在|是)|(?<![a-z])rubric(?![a-z])|confidence[里中]|我是(?:出题|命题|阅卷|本班|任课|语文|数学|英语)(?:的)?老师",
    r"(?:points|confidence|score|得分|分数)[^。\n]{0,4}(?:全|都)?(?:填|写|设|改|调)(?:成|为|到)?|免检|(?:不要|无需|不必|别)检查(?:后面|步骤|过程)",
    # Chinese, asking for points
    rf"(?:按|按照)(?:{_ZH_FULL}|标准答案给分)|(?:给|打)(?:个|我)?(?:高分|及格)(?:吧|好|呗|谢|$)|(?:都|就|应|请)算对(?!了)|手下留情",
    rf"宽松的?(?:标准|评分|打分)|(?:应)?被评为(?:优秀|正确|{_ZH_FULL})|假装(?:我|答案)|只说[“\"'「]?(?:正确|对)|(?:自动|一律)得{_ZH_FULL}",
    (
        rf"(?:^|[。,,.!;;:\n\s(]|请|务必|必须|直接|应当|应该|麻烦|求求?|拜托|可以|一定|都|就)"
        rf"(?:你|您|老师)?(?:要|得|能)?(?:给|打|评|判|算|记|赏|送|加|改)(?:我|本题|这题|此题|该题|这道题|这份|本卷|这篇|这个|该生|个|了|出|为|成|上|每题|"
        rf"所有题|全部){{0,3}}"
        rf"(?:答案|作文|作业|学生|回答|题目)?(?:都|打|评|判|个|一个|为|成)?{_ZH_FULL}"
    ),
    (
        rf"(?:本题|这题|此题|该题|这道题|这份|该生|本人|本答案|我的答案|全部题目|每一?题)[^。,\n]{{0,8}}(?:应得?|必须|直接|一律|请|得|判|给|"
        rf"算)[^。,\n]{{0,6}}(?:{_ZH_FULL}|正确|\d+分)"
    ),
    rf"(?:评|判|记|标记?|视|认定|改|当)(?:定|成|作|为){{1,2}}(?:是)?(?:全部)?(?:正确|{_ZH_FULL}|对的)[^答的]?",
    rf"(?:请|务必|必须|直接|只能|只需|一律)[^。,\n]{{0,6}}(?:判|评|标|认定|打|输出|回复|返回|写)[^。,\n]{{0,6}}(?:{_ZH_FULL}|正确|通过|对号|\d+分)",
    r"(?:不要|别|不得|不可|不能|勿|请勿|禁止)(?:再)?(?:给我|对我|对本题)?(?:扣分|减分|扣我|举报|标记(?:为)?可疑|告诉老师|提醒老师)",
    r"(?:已经?|经)(?:由|被|过)?(?:老师|人工|教师|专家|教研组|系统)?(?:核对|核实|确认|验证|复核|审核|批改)[^。\n]{0,6}(?:正确|无误|满分|通过|全对)",
    (
        r"置信度|(?:学生)?(?:答案|作答|回答)(?:到此)?结束(?:标记|[。:\]】])|gei ?(?:wo ?)?(?:da ?)?man ?fen|(?:跪|只)求"
        rf"(?:个|得)?{_ZH_FULL}"
    ),
    r"(?:识别|转写|抄写|读取)(?:结果)?(?:时|为|成)|(?:不要|别|勿)(?:识别|转写|抄写|读出?|读取)|(?:把|将)[^。\n]{0,16}(?:识别|转写|抄写|读)(?:成|作|为)",
    r"(?:正确|标准)答案(?:代替|替换|填入|写入|当作我的|作为我的)|(?:代替|替换)(?:我|学生)的?(?:答案|作答)",
    # English, against the rules
    (
        rf"\b(?:ignore|disregard|forget|override|overrule|bypass|skip|drop|discard|"
        rf"cancel)\b[^.\n]{{0,40}}\b(?:{_EN_RULES}\b(?! of\b)|what you were told|everything (?:above|before)|"
        rf"previous (?:text|message)s?)"
    ),
    (
        rf"\b(?:new|updated|real|actual|hidden|following|final) {_EN_RULES}\s*[:\-]|\b(?:the |"
        rf"grading )?rubric (?:has|was|is now|changed)|{_EN_RULES} (?:have|has) (?:been )?(?:changed|"
        rf"updated|replaced|cancel\w*)"
    ),
    (
        r"\bsystem (?:prompt|message|override|notice|update|instructions?|note)\b|\b(?:developer|admin|debug|"
        r"god|maintenance) (?:mode|override|command|note)|\bjailbreak"
    ),
    (
        r"\byou are (?:now |really )?(?:an?|the|my) (?:\w+ ){0,2}(?:grader|marker|ai|assistant|model|"
        r"chatbot|bot|evaluator|examiner|judge)\b|\bas an? (?:ai|language model|grader|evaluator)\b|"
        r"\bact as (?:my|if|an? )|\bpretend (?:to be|that|you)"
    ),
    (
        r"\b(?:dear|attention|note (?:to|for)|hello|hey|hi|message (?:to|for)|to:) ?[,:]? ?(?:the |all |"
        r"my |any )?(?:\w+ )?(?:grader|graders|grading|marker|examiner|evaluator|ai|llm|chatgpt|gpt|bot|"
        r"language model|assistant)\b(?! school| is | are | can | was )"
    ),
    (
        r"\b(?:grader|ai|assistant|llm|evaluator|examiner|chatgpt)\s*[,:]\s*(?:please|you|this|give|mark|"
        r"award|ignore|the|do|set|note|stop)"
    ),
    # English, asking for points
    (
        rf"\b(?:give|award|assign|grant|mark|grade|score|rate|credit|deserves?)\b(?: (?!me a|us a)\w+){{0,4}} "
        rf"(?:an? )?{_EN_ALL}(?: possible|"
        rf" available)? {_EN_POINTS}"
    ),
    (
        rf"\b(?:this|it|answer|criterion|answers|everyone|everybody|nobody|all|student)\b[^.\n]{{0,16}}\b(?:gets?|receives?|"
        rf"earns?)(?: an?| the)? {_EN_ALL}(?: possible| available)? {_EN_POINTS}"
    ),
    (
        rf"\b(?:return|output|print|report|fill in|use|enter)(?: the| only)? {_EN_ALL}\b|\bbe (?:very |more )?lenient|"
        rf"\bkindly (?:award|give|mark|pass|accept)|\bpoints? ?= ?\d|\bscore(?: me| it)? accordingly|"
        rf"\bskip checking|\binstructions (?:were|are) replaced|\brated excellent"
    ),
    (
        r"\b(?:give|award|assign|grant|mark|grade|score|rate)\b (?:me|this|it|my|the|every|all|"
        r"each)(?: \w+){0,3} (?:an? )?(?:\d+ ?(?:/|out of|points|marks|%)|a\+|as (?:fully )?(?:correct|"
        r"right|passed))"
    ),
    (
        r"\b(?:mark|treat|consider|accept|count|judge|report|label|classify)\b (?:this|it|my|the|every|"
        r"all|each)(?: \w+){0,3} (?:as )?(?:fully |entirely |all )?(?:correct|right|passed|true)\b"
    ),
    (
        r"\b(?:answer|solution|essay|work|submission|response)(?: \w+){0,3} (?:must|should|shall|"
        r"will) be (?:marked|graded|treated|accepted|considered|scored|given)"
    ),
    (
        r"\b(?:do not|don'?t|never|must not|no need to) (?:deduct|take (?:off|away)|flag|report|"
        r"penali[sz]e|subtract|tell the teacher|mention this|transcribe|read (?:this|the) (?:line|part|row))"
    ),
    (
        r"\b(?:already|has been|was) (?:been )?(?:verified|checked|graded|approved|reviewed|"
        r"confirmed)\b[^.\n]{0,30}\b(?:human|expert|correct|full|staff|admin)"
    ),
    (
        r"\bset (?:the |my |all |your )?(?:score|points|confidence|grade|marks?|awards?|verdict)|"
        r"\bconfidence (?:=|must|(?:is|to) [\d1])|\bend of (?:the )?(?:student|answer|submission|work|data|user)|"
        r"\bbegin (?:system|instructions|grading)"
    ),
    r"\bgrading (?:instructions?|guidelines?|system|policy|override|note|assistant|model|bot|complete|result)",
    (
        r"\b(?:transcribe|copy|read|write down|record|recogni[sz]e|output|return|respond|reply|"
        r"replace)\b[^.\n]{0,30}\b(?:as (?:the|my|if)|the (?:right|correct|following)|instead|json|"
        r"only (?:the|with)|correct answer)"
    ),
    # pretended structure
    (
        r"[\"'](?:score|points?|grade|awards?|confidence|(?:is_)?correct|verdict|result|criterion(?:_id)?|"
        r"speaks_to_grader|得分|分数|评分|满分|role|quote)[\"']\s*[:=]"
    ),
    (
        r"<\|[^|\n]{0,30}\|>|\[/?inst\]|<</?sys>>|</?(?:system|work|message|instructions?|assistant|user|"
        r"admin|data|answer|rubric|grading|student)\b[^>\n]{0,60}>|```\s*(?:json|system)|"
        r"#{2,6}\s{0,9}(?:system|instruct|新|系统|assistant|response)"
    ),
    (
        r"^[^\S\n]*(?:system|assistant|developer|human|user|tool|系统|助手|用户)\s*:|-{3,9}\s{0,9}(?:end|begin|"
        r"system|结束|新)|\{\{.{0,60}\}\}|\bscore\s*:?=\s*(?:max|full|100)|(?:得分|评分|分数)\s*[:=]\s*(?:满分|全对)"
    ),
    r"/\*[^*]{0,80}(?:grad|score|满分|correct)|<!--",
)
SPEAKS = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.MULTILINE)
