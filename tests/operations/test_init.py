"""registry init, as an operator runs it; and every command before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.place import Place, is_plain

DATES = ("--starts", "2025-01-01", "--ends", "2027-12-31")


def test_the_same_dates_again_do_nothing_and_others_are_refused(place: Place) -> None:
    first, again = place.run("init", *DATES), place.run("init", *DATES)
    head = place.tally()["head"]
    others = place.run("init", "--starts", "2025-01-02", "--ends", "2027-12-31")

    assert [first.returncode, again.returncode, others.returncode] == [0, 0, 1]
    assert first.stdout == again.stdout == ""
    assert [first.stderr, again.stderr] == [
        "已初始化。\n",
        "已按这些日期初始化，无需再做。\n",
    ]
    assert is_plain(others)
    assert place.tally()["head"] == head


def test_a_new_data_folder_is_open_to_its_owner_alone(tmp_path: Path) -> None:
    place = Place(tmp_path / "new" / "data")

    place.run("init", *DATES)

    assert place.folder.stat().st_mode & 0o777 == 0o700


def test_the_short_form_of_a_postgresql_address_is_understood(place: Place) -> None:
    place.run("init", *DATES)

    short = Place(place.folder, place.url.replace("postgresql://", "postgres://"))

    assert short.tally() == place.tally() | {"as_of": short.tally()["as_of"]}


def test_wrong_usage_and_wrong_dates_set_nothing_up(place: Place) -> None:
    answers = [
        place.run("init", "--starts", "2025-13-01"),
        place.run("init", "--from", "2025-01-01"),
        place.run("init", "--starts", "2027-01-01", "--ends", "2026-12-31"),
    ]

    assert [answer.returncode for answer in answers] == [2, 2, 1]
    assert all(map(is_plain, answers))
    assert not (place.folder / "registry.sqlite").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("tally",),
        ("verify",),
        ("undo-import", "1"),
        ("import", __file__),
        ("add-user", "--role", "leader", "--email", "a@example.test"),
        ("backup", "/tmp/none/of/it.tar"),
    ],
)
def test_before_it_every_command_says_so_and_makes_no_database(
    place: Place, words: tuple[str, ...]
) -> None:
    done = place.run(*words)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "登记系统尚未初始化，请先运行 registry init。\n"
    assert not (place.folder / "registry.sqlite").exists()
    assert place.run("init", *DATES).returncode == 0
