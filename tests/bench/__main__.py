"""Command of the benchmark: seed, measure, print one line a measure; see `--help`."""

from __future__ import annotations

import argparse
import fcntl
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from tests.bench.lines import Line
from tests.bench.measures import list_measures
from tests.bench.places import POSTGRESQL, SQLITE, Place, close
from tests.bench.seeds import get_place
from tests.databases import DURABLE, postgresql_server

SIZES, DATABASES = (10_000, 100_000, 1_000_000), (SQLITE, POSTGRESQL)
ABOUT = """\
Seeds registers (10 districts, 4 kinds, 3 years) and prints ratios, each to a limit measured beside
it. One line a measure: id, database, ratio, goal, ok or short; details above it, a cause below it.
It only listens on this machine, and ends by itself."""


def main(words: Sequence[str]) -> int:
    """Run the measures and return 0: what falls short is printed, it fails nothing."""
    asked = _parse(words)
    started = perf_counter()
    lines: list[Line] = []
    with ExitStack() as stack:
        folder = stack.enter_context(_seed_folder(asked.seed_dir))
        for database in asked.databases:
            server = stack.enter_context(_server(database, folder))
            places = [get_place(database, size, folder, server=server) for size in asked.sizes]
            for line in _measure(places, only=asked.only):
                print(line, flush=True)
                lines.append(line)
            for place in places:
                close(place)
    short = [line for line in lines if not line.ok]
    minutes = (perf_counter() - started) / 60
    ok = len(lines) - len(short)
    print(f"  {ok} of {len(lines)} ok, in {minutes:.1f} minutes", file=sys.stderr)
    return 0


def _measure(places: Sequence[Place], *, only: Sequence[str]) -> Iterator[Line]:
    largest = places[-1]
    for others in places[:-1]:
        largest.others[others.size] = others  # type: ignore[index]  # filled here only
    for module in list_measures(only):
        started = perf_counter()
        yield from module.measure(largest)
        seconds = perf_counter() - started
        print(f"  ({'/'.join(module.IDS)} took {seconds:.0f} s)", file=sys.stderr, flush=True)


@contextmanager
def _seed_folder(kept: Path | None) -> Iterator[Path]:
    """Give the folder of the seeds, one run at a time; without a name it goes with the run."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
            Path(folder).chmod(0o755)
            yield Path(folder)
        return
    kept = kept.absolute()
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"Another benchmark uses {kept}. Wait for it, or copy the folder.")
        yield kept


@contextmanager
def _server(database: str, folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server that is as durable as it ships; SQLite needs none."""
    if database == SQLITE:
        yield ""
        return
    with postgresql_server(options=DURABLE, kept=folder / "postgresql") as url:
        yield url


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=ABOUT)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="10000,1000000")
    parser.add_argument("--databases", type=_databases, default=DATABASES, help="sqlite,postgresql")
    parser.add_argument("--only", type=_words, default=(), help="ids of measures: P1,P3")
    parser.add_argument("--seed-dir", type=Path, help="keep the seeded databases and reuse them")
    return parser.parse_args(words)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(word.replace("_", "")) for word in _words(text)))


def _databases(text: str) -> tuple[str, ...]:
    words = _words(text)
    if set(words) - set(DATABASES):
        raise argparse.ArgumentTypeError(f"choose from {', '.join(DATABASES)}")
    return words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
