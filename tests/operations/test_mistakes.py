"""What users and operators get wrong: a plain sentence, an exit code, nothing changed."""

from __future__ import annotations

from pathlib import Path

from registry.cli import COMMANDS
from tests.operations.place import Place, is_plain


def test_wrong_words_end_with_their_code_and_a_plain_sentence(
    register: Place, tmp_path: Path
) -> None:
    words_and_codes: list[tuple[tuple[object, ...], int]] = [
        (("tally", "--as-of", "2025-02-30"), 1),
        (("tally", "--known-at", "yesterday"), 1),
        (("tally", "--known-at", "2025-01-01T08:00"), 1),
        (("tally", "--known-at", "#99"), 1),
        (("tally", "--known-at", "#" + "9" * 30), 1),
        (("tally", "--format", "xml"), 2),
        (("verify", "--expect", "one"), 1),
        (("verify", "--expect", f"{'9' * 12}:{'0' * 64}"), 1),
        (("undo-import", "9"), 1),
        (("undo-import", "9" * 30), 2),
        (("import", tmp_path / "none.csv"), 2),
        (("import", tmp_path), 2),
        (("add-user", "--role", "officer", "--email", "a@b.test", "--district", "?"), 1),
        (("backup", tmp_path), 2),
        (("backup", "/proc/none/backup.tar"), 1),
        (("restore", tmp_path), 2),
        (("restore", tmp_path / "none.tar"), 2),
        (("dance",), 2),
    ]
    head = register.tally()["head"]

    answers = [(words, register.run(*words)) for words, _ in words_and_codes]

    assert [(words, done.returncode) for words, done in answers] == words_and_codes
    assert [words for words, done in answers if not is_plain(done)] == []
    assert register.tally()["head"] == head


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "registry.sqlite").write_bytes(b"no database" * 1000)
    settings = [
        ("DATA_DIR", str(tmp_path / "file")),
        ("DATABASE_URL", "mysql://u:secret@h/n"),
        ("DATABASE_URL", "nothing"),
        ("BIND", "8000"),
        ("BIND", "127.0.0.1:99999"),
        ("PROXIES", "one"),
        ("PUBLIC_URL", "register.example"),
    ]

    answers = [
        (name, Place(tmp_path).with_settings(**{name: value}).run("tally"))
        for name, value in settings
    ]
    unreachable = Place(tmp_path, "postgresql://u:secret@127.0.0.1:1/n").spawn("tally")
    broken = Place(tmp_path).spawn("tally")

    assert [(name, done.returncode) for name, done in answers if name not in done.stderr] == []
    assert all(done.returncode == 1 and is_plain(done) for _name, done in answers)
    assert unreachable.returncode == broken.returncode == 1
    assert is_plain(unreachable)
    assert is_plain(broken)
    assert "secret" not in "".join(done.stderr for _name, done in answers) + unreachable.stderr


def test_the_list_of_commands_says_of_each_a_whole_sentence(register: Place) -> None:
    done = register.run("--help")

    lines = done.stdout.partition("Commands:\n")[2].splitlines()
    assert len(lines) == len(COMMANDS)
    assert [line for line in lines if not line.endswith(".") or line.endswith("...")] == []
