"""A long read in parts, shared with other processes where one processor takes too long over it.

Python works on one processor at a time. Another process is started anew (`spawn`): a copy of this
one would hold its open database files, whose locks SQLite keeps by process, and the locks that its
other threads have taken. So it costs a second to begin, and is for the largest registers only.

Every process reads in one transaction of its own. One that does not find the caller's `version`
there takes no part. The parts that are still to be done stand in a pipe, a number each: who is free
takes the next one, so no lock is held that a process could die with.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar  # a process sends answers of any type

from flask import Flask, current_app

from registry.core.database import db, is_snapshot, lift_statement_limit, open_database, reading

T = TypeVar("T")
Part = Callable[[], T]
REOPEN = "REOPEN"  # in the configuration: opens the database alone, in another process
SPAWN = get_context("spawn")
PARTS_MOST = 255


class ProcessDiedError(RuntimeError):
    """A process that took parts has ended before it gave their answers."""


def open_alone(database: Mapping[str, Any], *, models: str) -> Flask:
    """Return an application that has a database, all tables of these models, and no pages.

    It is there in half the time that the whole one takes.
    """
    import_module(models)
    app = Flask("registry")
    app.config.update(database)
    open_database(app)
    return app


def count_spare_processors(*, most: int) -> int:
    """Return how many processors this process may use beside the one that it is on."""
    return min(most, len(os.sched_getaffinity(0)) - 1)


def in_parts(
    parts: Sequence[Part[T]],
    *,
    version: Callable[[], Hashable],
    others: int,
    heavy: Sequence[int] = (),
) -> Generator[T]:
    """Give the answer of each part in order, the work shared with so many other processes.

    `heavy` names the parts to begin with. Parts, `version` and answers are sent to and fro, so they
    must be such as can be. Where the caller may have written, it does all by itself: nobody else
    sees that. A part that fails raises in its turn; a process that dies raises ProcessDiedError.
    """
    if others < 1 or not is_snapshot():
        yield from (part() for part in parts)
        return
    order = [*heavy, *(number for number in range(len(parts)) if number not in heavy)]
    with _shared(parts, order, version=version, others=others) as shared:
        for number in range(len(parts)):
            while number not in shared.answers:
                shared.go_on()
            yield shared.answers.pop(number).get()


@dataclass(frozen=True)
class _Answer(Generic[T]):
    """What a part gave, or the mistake it ended with."""

    value: T | None = None
    mistake: Exception | None = None

    def get(self) -> T:
        if self.mistake is not None:
            raise self.mistake
        return self.value  # type: ignore[return-value]  # a part may well give None


def _do(part: Part[T]) -> _Answer[T]:
    try:
        return _Answer(part())
    except Exception as mistake:  # noqa: BLE001 - raised when its turn comes
        return _Answer(mistake=mistake)


@dataclass
class _Shared(Generic[T]):
    """The caller's side: what is left to take, who is at work, and the answers so far."""

    parts: Sequence[Part[T]]
    left: Connection
    working: list[Connection]
    answers: dict[int, _Answer[T]] = field(default_factory=dict)

    def go_on(self) -> None:
        """Do the next part that nobody took; where none is left, wait for an answer."""
        number = _take(self.left)
        if number is not None:
            self.answers[number] = _do(self.parts[number])
        elif not self.working:
            raise ProcessDiedError("A part was taken, and nobody is at work on it.")
        while found := wait(self.working, timeout=None if number is None else 0):
            for each in found:
                self._hear(each)  # type: ignore[arg-type]  # only connections are waited for
            if number is None:
                break

    def _hear(self, worker: Connection) -> None:
        try:
            told = worker.recv()
        except EOFError as error:
            raise ProcessDiedError("A process that shared the work has died.") from error
        if told is None:
            self.working.remove(worker)
        else:
            number, answer = told
            self.answers[number] = answer


def _take(left: Connection) -> int | None:
    """Take the number of a part out of the pipe: one byte, which only one reader gets."""
    taken = os.read(left.fileno(), 1)
    return taken[0] if taken else None


@contextmanager
def _shared(
    parts: Sequence[Part[T]],
    order: Sequence[int],
    *,
    version: Callable[[], Hashable],
    others: int,
) -> Iterator[_Shared[T]]:
    """Start the processes and end them, however the reading ends."""
    if len(parts) > PARTS_MOST:
        raise ValueError(f"more than {PARTS_MOST} parts")
    with ExitStack() as stack:
        left, put = SPAWN.Pipe(duplex=False)
        stack.enter_context(left)
        with put:
            os.write(put.fileno(), bytes(order))
        job = _Job(current_app.config[REOPEN], parts, version, version(), left)
        working = []
        for _ in range(others):
            told, tell = SPAWN.Pipe(duplex=False)
            stack.enter_context(told)
            process = SPAWN.Process(target=_work, args=(job, tell), daemon=True)
            stack.callback(_end, process)
            with tell:
                process.start()
            working.append(told)
        yield _Shared(parts, left, working)


def _end(process: SpawnProcess) -> None:
    if process.pid is not None:
        process.terminate()  # it only reads
        process.join()


@dataclass(frozen=True)
class _Job:
    """What another process is told: how to open the application, what to do, what it should see."""

    reopen: Callable[[], Flask]
    parts: Sequence[Part[Any]]
    version: Callable[[], Hashable]
    expected: Hashable
    left: Connection


def _work(job: _Job, tell: Connection) -> None:
    """Take parts until none is left; an interruption from the keyboard is the caller's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with job.reopen().app_context(), reading():
        lift_statement_limit()
        if job.version() == job.expected:
            while (number := _take(job.left)) is not None:
                tell.send((number, _do(job.parts[number])))
        db.session.remove()
    tell.send(None)
