"""Filled-in forms of invented projects, as an enterprise would type them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any  # a form as typed is nested JSON

from registry.demo.names import BRANDS, MOBILE, USES, Firm
from registry.programme.kinds import Kind

Form = dict[str, Any]
MACHINES = (
    ("五轴加工中心", "VMC-850", "domestic", "86.50"),
    ("数控车铣复合机床", "TC-500", "imported", "168.00"),
    ("伺服冲压机", "SP-160", "domestic", "48.20"),
    ("全自动贴片机", "NPM-D3", "imported", "132.00"),
    ("自动光学检测设备", "AOI-700", "domestic", "36.80"),
    ("数控磨床", "MK-1320", "domestic", "57.60"),
    ("智能立体仓库", "AS-12", "domestic", "210.00"),
    ("全自动包装线", "PK-60", "domestic", "74.30"),
)
COUNTRIES = {"发那科": "日本", "库卡": "德国", "安川": "日本"}


def write_form(kind: Kind, random: Random, firm: Firm, *, on: date, robots: int = 0) -> Form:
    """Write the form of a project that is finished by a day; `robots` is the number of rows."""
    return WRITERS[kind](random, firm, on, robots)


def _project(firm: Firm, title: str) -> dict[str, str]:
    return {
        "title": title,
        "district": firm.district,
        "site_address": firm.address,
        "summary": f"{firm.work}环节完成自动化、联网和数据采集，生产过程可追溯，交付周期明显缩短。",
    }


def _effects(random: Random) -> dict[str, str]:
    before = random.randint(42, 80)
    return {
        "effect_efficiency_before": f"{before}.0",
        "effect_efficiency_after": f"{before + random.randint(12, 34)}.0",
        "effect_defects_before": f"{random.randint(18, 30) / 10}",
        "effect_defects_after": f"{random.randint(4, 12) / 10}",
        "effect_staff_before": str(random.randint(60, 120)),
        "effect_staff_after": str(random.randint(24, 48)),
    }


def _factory(random: Random, firm: Firm, _on: date, _robots: int) -> Form:
    key = random.randint(80, 260)
    fields = {
        **_project(firm, f"{firm.work}智能工厂"),
        **_effects(random),
        "area_m2": str(random.randint(12, 60) * 1000),
        "tier": "province",
        "workshops": f"{firm.work}一车间\n{firm.work}二车间",
        "equipment_key": str(key),
        "equipment_key_nc": str(int(key * 0.9)),
        "equipment_key_networked": str(int(key * 0.82)),
        "scenes": "智能排产\n在线检测\n仓储配送",
        "integration": ["erp_mes", "mes_wms"],
        "invest_total_wan": f"{random.randint(48, 160) * 100}.00",
        "invest_3y_wan": f"{random.randint(20, 46) * 100}.00",
    }
    return {"fields": fields, "rows": []}


def _workshop(random: Random, firm: Firm, on: date, _robots: int) -> Form:
    total = random.randint(40, 160)
    money = random.randint(9, 60) * 100
    fields = {
        **_project(firm, f"{firm.work}智能车间"),
        **_effects(random),
        "commissioned_on": (on - timedelta(days=random.randint(40, 260))).isoformat(),
        "area_m2": str(random.randint(3, 12) * 1000),
        "equipment_total": str(total),
        "equipment_smart": str(int(total * random.uniform(0.72, 0.93))),
        "equipment_networked": str(int(total * random.uniform(0.66, 0.95))),
        "systems": ["mes", "erp", "wms"],
        "traceable": "batch",
        "auto_delivery": "partial",
        "monitoring": ["temperature", "energy"],
        "invest_total_wan": f"{money}.00",
        "invest_equip_wan": f"{money * 0.72:.2f}",
        "invest_soft_wan": f"{money * 0.14:.2f}",
    }
    return {"fields": fields, "rows": []}


def _upgrade(random: Random, firm: Firm, on: date, _robots: int) -> Form:
    starts_on, ends_on = on - timedelta(days=300), on - timedelta(days=20)
    rows = [_line(random, ends_on, number) for number in range(random.randint(2, 6))]
    fields = {
        **_project(firm, f"{firm.work}装备升级"),
        **_effects(random),
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "acquisition": "purchase",
    }
    return {"fields": fields, "rows": rows}


def _line(random: Random, ends_on: date, number: int) -> dict[str, str]:
    name, model, origin, price = random.choice(MACHINES)
    return {
        "name": name,
        "model": model,
        "manufacturer": f"{model[:2]}装备制造厂",
        "origin": origin,
        "quantity": str(random.randint(1, 4)),
        "unit_price_wan": price,
        "invoice_code": "3200264130",
        "invoice_no": f"{random.randint(0, 99_999_999):08d}",
        "invoice_on": (ends_on - timedelta(days=20 + 7 * number)).isoformat(),
        "is_new": "yes",
        "is_related": "no",
        "purpose": "精加工",
    }


def _robots(random: Random, firm: Firm, on: date, robots: int) -> Form:
    models = random.sample(BRANDS, k=min(3, len(BRANDS)))
    invoice = f"{random.randint(0, 99_999_999):08d}"
    rows = []
    for number in range(robots):
        choice = MOBILE if robots > 30 and number >= robots - 3 else models[number % 3]
        rows.append(_robot(random, choice, on=on, invoice=invoice))
    fields = {**_project(firm, f"{firm.work}机器人应用"), "workshop": f"{firm.work}车间"}
    return {"fields": fields, "rows": rows}


def _robot(
    random: Random,
    choice: tuple[str, str, str, int | None, str, str, str],
    *,
    on: date,
    invoice: str,
) -> dict[str, str]:
    brand, model, robot_type, axes, payload, origin, price = choice
    return {
        "brand": brand,
        "model": model,
        "serial_no": f"{model[:2].upper()}{random.randint(0, 99_999_999):08d}",
        "robot_type": robot_type,
        "axes": str(axes or ""),
        "payload_kg": payload,
        "application": random.choice(USES),
        "origin": origin,
        "country": COUNTRIES.get(brand, ""),
        "unit_price_wan": str(Decimal(price)),
        "invoice_code": "3200264130",
        "invoice_no": invoice,
        "invoice_on": (on - timedelta(days=70)).isoformat(),
        "commissioned_on": (on - timedelta(days=40)).isoformat(),
        "is_new": "yes",
        "status": "in_use",
    }


WRITERS: Mapping[Kind, Callable[[Random, Firm, date, int], Form]] = {
    Kind.SMART_FACTORY: _factory,
    Kind.SMART_WORKSHOP: _workshop,
    Kind.EQUIPMENT_UPGRADE: _upgrade,
    Kind.ROBOT_DEPLOYMENT: _robots,
}
