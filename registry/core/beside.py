"""A long read in parts, shared with other processes where one processor takes too long over it.

Python works on one processor at a time. The others are forked, so that all is loaded there, while
no database is open: a copy of an open one would share its connections, and SQLite keeps the locks
of its files by process. It is for commands, which have one thread: a copy has no other.

Every process reads in one transaction of its own. One that does not find the caller's `version`
there takes no part. The parts that are still to be done stand in a pipe, a number each: who is free
takes the next one, so no lock is held that a process could die with.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, Generic, TypeVar  # a process sends answers of any type

from registry.core.database import close_databases, is_snapshot, lift_statement_limit

T = TypeVar("T")
Part = Callable[[], T]
FORK = get_context("fork")
PARTS_MOST = 255


class ProcessDiedError(RuntimeError):
    """A process that took parts has ended before it gave their answers."""


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

    `heavy` names the parts to begin with. Answers are sent, so they must be such as can be. Where
    there are others, the caller's snapshot is left, and the parts are of a newer one. Where the
    caller may have written, it does all by itself: nobody else sees that. A part that fails raises
    in its turn; a process that dies raises ProcessDiedError.
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
    close_databases()
    with ExitStack() as stack:
        left, put = FORK.Pipe(duplex=False)
        stack.enter_context(left)
        with put:
            os.write(put.fileno(), bytes(order))
        working: list[Connection] = []
        for _ in range(others):
            here, there = FORK.Pipe()
            stack.enter_context(here)
            job = _Job(parts, version, left, there, (*working, here))
            process = FORK.Process(target=job.work, daemon=True)
            stack.callback(_end, process)
            with there:
                process.start()
            working.append(here)
        lift_statement_limit()
        found = version()
        for each in working:
            each.send(found)
        yield _Shared(parts, left, working)


def _end(process: ForkProcess) -> None:
    if process.pid is not None:
        process.terminate()  # it only reads
        process.join()


@dataclass(frozen=True)
class _Job:
    """The side of another process: what there is to do, and where it hears and tells."""

    parts: Sequence[Part[Any]]
    version: Callable[[], Hashable]
    left: Connection
    caller: Connection
    of_caller: Sequence[Connection]  # the other ends: who holds one would not hear that it closed

    def work(self) -> None:
        """Take parts until none is left; an interruption from the keyboard is the caller's."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for end in self.of_caller:
            end.close()
        lift_statement_limit()
        if self.version() == self.caller.recv():
            while (number := _take(self.left)) is not None:
                self.caller.send((number, _do(self.parts[number])))
        close_databases()
        self.caller.send(None)
