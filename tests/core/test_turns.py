"""The line of writers: whoever comes first is first, and who waits in vain leaves it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from time import sleep

from registry.core.turns import take_turn

LONG, SHORT, A_MOMENT = 60.0, 0.05, 0.2


def take(path: Path, *, seconds: float = LONG) -> int:
    turn = take_turn(str(path), seconds=seconds)
    assert turn is not None
    return turn


def test_a_turn_is_had_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    inside, most = [0], [0]

    def write(_number: int) -> None:
        turn = take(path)
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        sleep(0.001)
        inside[0] -= 1
        os.close(turn)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(64)))
    assert most == [1]


def test_the_turn_is_given_in_the_order_of_coming(tmp_path: Path) -> None:
    path, order = tmp_path / "registry.sqlite", list[int]()

    def write(number: int) -> None:
        turn = take(path)
        order.append(number)
        os.close(turn)

    first = take(path)
    waiting = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in waiting:
        thread.start()
        sleep(A_MOMENT)
    os.close(first)
    for thread in waiting:
        thread.join()
    assert order == [0, 1, 2, 3]


def test_who_waits_in_vain_leaves_the_line_to_the_others(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    first = take(path)
    assert take_turn(str(path), seconds=SHORT) is None
    assert take_turn(str(path), seconds=SHORT) is None
    os.close(first)
    os.close(take(path))
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "registry.sqlite.line",
        "registry.sqlite.turn",
    ]
