"""Invented firms, people, machines and codes, always the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from stdnum.cn import uscc

FIRST = "榫千玉淞澄璟蓬鹿绫虞澹棠桁樾砚汀沚渟潼琅珩珞玦璞瑾瓴畹皋碶稷穗笙箬篁粼绡绮缃翎芃苒荻菡葭蓼蕤薇蘅"  # noqa: E501 - one alphabet
SECOND = "衡岸帆岚屿川野禾森垚垣堰塬墨声夙奕宸寰峤嵘巍弦彦徽恺拓擎攸旌昀昱晏晟曜朔桓梓榉楹毓沅泓洵浔淳渊渡漪"  # noqa: E501 - one alphabet
TRADES = (
    ("C34", "精密机械", "精密零件加工"),
    ("C34", "传动机械", "减速器装配"),
    ("C34", "轴承", "轴承磨削"),
    ("C35", "自动化装备", "非标设备装配"),
    ("C35", "模具", "精密模具加工"),
    ("C36", "汽车部件", "汽车零部件冲压焊接"),
    ("C36", "汽车内饰", "内饰注塑发泡"),
    ("C38", "电气", "低压电器装配"),
    ("C38", "电机", "电机绕线装配"),
    ("C38", "线缆", "线缆挤出成缆"),
    ("C39", "微电子", "贴片与整机组装"),
    ("C39", "光电", "光学镜片镀膜"),
    ("C39", "半导体材料", "晶圆搬运与检测"),
    ("C40", "仪器仪表", "仪表装配检定"),
    ("C33", "五金制品", "五金抛光"),
    ("C29", "橡塑制品", "注塑成型"),
    ("C28", "纤维", "长丝卷绕"),
    ("C26", "新材料", "树脂合成灌装"),
    ("C27", "医药", "制剂灌装包装"),
    ("C14", "食品", "灌装码垛"),
    ("C17", "纺织", "织造"),
    ("C18", "服饰", "裁剪吊挂"),
    ("C21", "家居", "板材开料"),
    ("C22", "纸业包装", "纸箱成型码垛"),
)
FORMS = ("有限公司", "科技有限公司", "股份有限公司", "(苏州)有限公司")
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗沈陆顾钱"
GIVEN = (
    "思远",
    "敏",
    "立",
    "晓雯",
    "建国",
    "文博",
    "静怡",
    "志强",
    "维明",
    "雅琴",
    "俊",
    "海峰",
    "玉兰",
    "子涵",
    "振华",
)
BRANDS = (
    ("发那科", "M-10iD/12", "articulated", 6, "12", "imported", "18.60"),
    ("库卡", "KR 10 R1100", "articulated", 6, "10", "imported", "16.20"),
    ("安川", "GP12", "articulated", 6, "12", "imported", "15.80"),
    ("埃斯顿", "ER20-1780", "articulated", 6, "20", "domestic", "10.40"),
    ("汇川", "IR-S7-70Z", "scara", 4, "7", "domestic", "7.85"),
    ("新松", "SR10C", "articulated", 6, "10", "domestic", "9.90"),
    ("遨博", "AUBO-i10", "cobot", 6, "10", "domestic", "8.60"),
)
MOBILE = ("新松", "SIA-AGV500", "agv", None, "500", "domestic", "22.40")
USES = ("handling", "welding", "assembly", "painting", "machining", "packing", "inspection")
STREETS = (
    "望湖路",
    "枫津路",
    "石阳路",
    "娄葑街",
    "苏虹路",
    "锦绣路",
    "华山路",
    "漕湖街",
    "松陵大道",
    "沙洲路",
)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Firm:
    """One invented enterprise: its district is the seat, and where its things stand."""

    name: str
    uscc: str
    district: str
    industry: str
    work: str
    address: str
    contact: str
    phone: str
    employees: int
    revenue_wan: str


def make_firms(random: Random, wanted: Mapping[str, tuple[str, int]]) -> list[Firm]:
    """Make firms: by district code its short Chinese name and how many."""
    names: set[str] = set()
    firms: list[Firm] = []
    for code, (place, count) in wanted.items():
        goal = len(firms) + count
        while len(firms) < goal:
            firm = make_firm(random, code, place)
            if firm.name not in names:
                names.add(firm.name)
                firms.append(firm)
    return firms


def make_firm(random: Random, district: str, place: str) -> Firm:
    """Make one firm of a district."""
    industry, trade, work = random.choice(TRADES)
    name = f"{place}{random.choice(FIRST)}{random.choice(SECOND)}{trade}{random.choice(FORMS)}"
    employees = random.choice((26, 48, 85, 140, 230, 412, 760, 1350))
    return Firm(
        name=name,
        uscc=make_credit_code(random, district),
        district=district,
        industry=industry,
        work=work,
        address=f"{place}{random.choice(STREETS)}{random.randint(1, 399)}号",
        contact=make_person(random),
        phone=f"1390000{random.randint(0, 9999):04d}",
        employees=employees,
        revenue_wan=f"{employees * random.randint(38, 140)}.00",
    )


def make_credit_code(random: Random, district: str) -> str:
    """Make a credit code that is valid in form, its organisation code included (GB 11714)."""
    body = "MA" + "".join(random.choice(LETTERS) for _ in range(6))
    total = sum(
        weight * (int(letter) if letter.isdigit() else ord(letter) - 55)
        for weight, letter in zip(ORGANISATION_WEIGHTS, body, strict=True)
    )
    check = (11 - total % 11) % 11
    stem = f"91{district}{body}{'X' if check == 10 else check}"
    return stem + uscc.calc_check_digit(stem)


def make_person(random: Random) -> str:
    """Make a person's name."""
    return random.choice(FAMILY) + random.choice(GIVEN)
