"""The demonstration's plan holds on any day of the year; serving it is for this machine only."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

import click
import pytest

from registry.cli import COMMANDS, registry
from registry.core.working_days import is_working_day
from registry.demo.fill import count_firms
from registry.demo.names import make_firms
from registry.demo.plan import SEED
from registry.demo.schedule import plan_cases
from tests.operations.place import PROGRAM, Place, is_plain

CLAIM_ENDS = timedelta(days=14)
DECISIONS = {"return", "approve", "reject"}
DAYS = [
    date(2026, 1, 1),
    date(2026, 2, 24),  # after the Spring Festival
    date(2028, 2, 29),
    date(2026, 10, 8),  # after the week of the National Day
    date(2026, 11, 22),  # a Sunday
    date(2026, 12, 31),
]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_steps_are_in_order_before_today_and_within_the_claim(today: date) -> None:
    random = Random(SEED)
    plans = plan_cases(random, make_firms(random, count_firms()), today=today)

    assert len(plans) == 187
    for plan in plans:
        days = [day for day, _ in plan.steps]
        claimed = days[0]
        assert days == sorted(days)
        assert date(today.year - 1, 1, 1) <= days[0]
        assert days[-1] < today
        for day, name in plan.steps:
            claimed = day if name == "claim" else claimed
            assert name not in DECISIONS or day - claimed < CLAIM_ENDS
    filed = [day for plan in plans for day, name in plan.steps if name == "submit"]
    assert all(map(is_working_day, filed))


NOT_AT_THE_START = (
    "PIL",
    "alembic",
    "mako",
    "registry.demo.fill",
    "reportlab",
    "segno",
    "xlsxwriter",
    "zxcvbn",
)


def test_starting_loads_nothing_that_it_can_do_without() -> None:
    program = (
        "import sys; from registry.cli import registry; registry.get_command(None, 'demo'); "
        f"print([name for name in {NOT_AT_THE_START} if name in sys.modules])"
    )

    words = [sys.executable, "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.stdout == "[]\n", done.stderr


def test_every_command_is_where_it_is_said_to_be() -> None:
    context = click.Context(registry)

    found = {name: registry.get_command(context, name) for name in COMMANDS}

    assert {name: command.name for name, command in found.items() if command} == {
        name: name for name in COMMANDS
    }
    assert registry.get_command(context, "nonsense") is None


def spawn(place: Place, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen([PROGRAM, "demo"], env=place.environ, stdout=out, stderr=out)


def wait_for(words: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    while words not in log.read_text(encoding="utf-8", errors="replace"):
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.1)


def test_one_that_was_killed_while_it_was_filled_comes_up_complete(
    tmp_path: Path,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    place = Place(tmp_path).with_settings(BIND=bind)
    log, filled = tmp_path / "log", tmp_path / "demo"
    first = spawn(place, log)
    wait_for("第 60 步", log, first)
    first.kill()
    first.wait()
    assert not (filled / "ready").exists()

    second = spawn(place, log)
    try:
        wait_for("演示系统地址", log, second)
    finally:
        second.terminate()
        second.wait()

    tally = Place(filled).tally()
    counted = {goal["kind"]: goal["counted"] for goal in tally["goals"]}
    assert (counted["smart_factory"], counted["smart_workshop"]) == (8, 71)
    assert 630 <= counted["equipment_upgrade"] <= 650
    assert 6_700 <= counted["robot_deployment"] <= 6_900
    assert Place(filled).run("verify").returncode == 0


def test_it_refuses_to_serve_others(tmp_path: Path) -> None:
    place = Place(tmp_path).with_settings(BIND="0.0.0.0:8000", PUBLIC_URL="https://a.example")

    done = place.run("demo")

    assert (done.returncode, is_plain(done)) == (1, True)
    assert "BIND" in done.stderr
    assert not (tmp_path / "demo" / "registry.sqlite").exists()
