"""What makes two robots, two invoices or two names the same: pure spelling rules."""

from __future__ import annotations

import re
import unicodedata

BRANDS = {
    "发那科": "fanuc",
    "法那科": "fanuc",
    "库卡": "kuka",
    "安川": "yaskawa",
    "安川电机": "yaskawa",
    "motoman": "yaskawa",
    "阿西布朗勃法瑞": "abb",
    "新松": "siasun",
    "汇川": "inovance",
    "汇川技术": "inovance",
    "埃斯顿": "estun",
    "爱普生": "epson",
    "川崎": "kawasaki",
    "那智": "nachi",
    "那智不二越": "nachi",
    "不二越": "nachi",
    "史陶比尔": "staubli",
    "优傲": "ur",
    "universalrobots": "ur",
    "埃夫特": "efort",
    "节卡": "jaka",
    "遨博": "aubo",
    "海康": "hikrobot",
    "海康机器人": "hikrobot",
    "极智嘉": "geekplus",
    "三菱": "mitsubishi",
    "电装": "denso",
    "欧姆龙": "omron",
    "柯马": "comau",
    "雅马哈": "yamaha",
    "台达": "delta",
    "珞石": "rokae",
    "越疆": "dobot",
}
SUFFIXES = ("工业机器人", "机器人", "robotics", "robots", "robot")
NOISE = re.compile(r"[^\w]|_")
TITLE_NOISE = ("智能", "车间", "工厂", "项目", "生产", "数字化", "示范", "有限公司", "苏州")


def serial_key(brand: str, serial: str) -> str:
    """Return what a robot is known by: its brand and serial number, however they are spelled."""
    return f"{brand_key(brand)}:{_plain(serial)}"[:121]


def brand_key(brand: str) -> str:
    """Return one spelling for a brand, Chinese or English."""
    text = _plain(brand)
    for suffix in SUFFIXES:
        if text.endswith(suffix) and text != suffix:
            text = text.removesuffix(suffix)
            break
    return BRANDS.get(text, text)


def invoice_key(code: str | None, no: str | None) -> str:
    """Return what an invoice is known by; empty where it has no number."""
    number = _plain(no or "")
    return f"{_plain(code or '')}:{number}"[:41] if number else ""


def title_key(title: str) -> str:
    """Return one spelling of a name: case, width, blanks and marks unified."""
    return _plain(title)[:200]


def loose_title_key(title: str) -> str:
    """Return what is left of a name without the words that every project has."""
    text = _plain(title)
    for word in TITLE_NOISE:
        text = text.replace(word, "")
    return text


def _plain(text: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())
