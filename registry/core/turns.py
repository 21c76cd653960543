"""The line of those who write to SQLite: first come, first served, and nobody waits for ever.

SQLite's own waiting looks again now and then, and is unfair to the one who came first. Here who
comes takes the end of the line, and only its head waits for the turn; so who has just written is
not ahead of those who wait. The kernel wakes the next one, and frees the locks of a process that
ends.
"""

from __future__ import annotations

import fcntl
import os
import threading

END, NOW = fcntl.LOCK_EX, fcntl.LOCK_EX | fcntl.LOCK_NB


def take_turn(path: str, *, seconds: float) -> int | None:
    """Wait for the turn and return its file, to be closed when it ends; None where it never came.

    `path` is that of the database; the two files of the line stand beside it.
    """
    line, turn = _open(f"{path}.line"), _open(f"{path}.turn")
    if _try(line) and _try(turn):
        os.close(line)
        return turn
    return _Waiting(line, turn).wait(seconds)


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try(file: int) -> bool:
    try:
        fcntl.flock(file, NOW)
    except BlockingIOError:
        return False
    return True


class _Waiting:
    """One place in the line. A thread stands there, since the kernel's own waiting has no end."""

    def __init__(self, line: int, turn: int) -> None:
        self.line, self.turn = line, turn
        self.came = threading.Lock()
        self.came.acquire()
        self.settling = threading.Lock()
        self.has_come = self.has_left = False
        threading.Thread(target=self._stand, daemon=True).start()

    def wait(self, seconds: float) -> int | None:
        """Return the file of the turn; None after so many seconds, and leave the line."""
        self.came.acquire(timeout=seconds)
        with self.settling:
            self.has_left = not self.has_come
            return self.turn if self.has_come else None

    def _stand(self) -> None:
        fcntl.flock(self.line, END)
        fcntl.flock(self.turn, END)
        os.close(self.line)
        with self.settling:
            self.has_come = True
            if self.has_left:
                os.close(self.turn)
        self.came.release()
