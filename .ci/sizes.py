"""Measures the code against the limits of the house, prints the figures, exits 1 past a limit."""

import ast
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("registry", "templates", "static/css", "static/js", "tests")
SUFFIXES = {".py", ".html", ".js", ".css"}
NOT_OURS = ROOT / "tests" / "vendor"

FUNCTION_LIMIT = 50
FUNCTION_95TH_LIMIT = 30
FILE_LIMIT = 400


class Size(NamedTuple):
    """So many lines, and where."""

    lines: int
    place: str


def list_files() -> list[Path]:
    """List the files that people write, in order of their paths."""
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return sorted(p for p in found if p.suffix in SUFFIXES and NOT_OURS not in p.parents)


def name(path: Path) -> str:
    """Name a file by its path from the root."""
    return path.relative_to(ROOT).as_posix()


def measure_functions(path: Path) -> Iterator[Size]:
    """Measure each function of a Python file, from its first decorator to its end."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            lines = (node.end_lineno or node.lineno) - first + 1
            yield Size(lines, f"{name(path)}:{node.lineno} {node.name}")


def measure_file(path: Path) -> Size:
    """Count all lines of a file."""
    return Size(len(path.read_text(encoding="utf-8").splitlines()), name(path))


def count_code(paths: Iterable[Path]) -> int:
    """Count the lines that are neither blank nor only a comment."""
    texts = (path.read_text(encoding="utf-8").splitlines() for path in paths)
    lines = (line.strip() for text in texts for line in text)
    return sum(1 for line in lines if line and not line.startswith("#"))


def percentile_95(sizes: list[Size]) -> int:
    """Give the smallest length that 95 of 100 functions do not exceed."""
    ordered = sorted(size.lines for size in sizes)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0


def main() -> int:
    """Print the figures and every breach; the exit code says whether there was one."""
    files = list_files()
    python = [path for path in files if path.suffix == ".py"]
    product = [path for path in python if ROOT / "registry" in path.parents]
    tests = [path for path in python if ROOT / "tests" in path.parents]

    product_functions = [size for path in product for size in measure_functions(path)]
    functions = product_functions + [size for path in tests for size in measure_functions(path)]
    file_sizes = [measure_file(path) for path in files]
    percentile = percentile_95(product_functions)
    largest = max(file_sizes, default=Size(0, "none"))
    longest = max(product_functions, default=Size(0, "none"))

    print(f"code lines: registry {count_code(product)}, tests {count_code(tests)}")
    print(f"functions: {len(product_functions)}, 95th percentile {percentile} lines")
    print(f"longest function: {longest.place} ({longest.lines} lines)")
    print(f"largest file: {largest.place} ({largest.lines} lines)")

    faults = [f"{s.place}: {s.lines} lines" for s in functions if s.lines > FUNCTION_LIMIT]
    faults += [f"{s.place}: {s.lines} lines" for s in file_sizes if s.lines > FILE_LIMIT]
    if percentile > FUNCTION_95TH_LIMIT:
        faults.append(f"95th percentile of function length: {percentile}")
    for fault in faults:
        print(f"too long: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
