"""Python's search for forgotten things that hold each other, as it suits a process that serves.

Such a process holds much that stays: code, templates, answers. Python looks through what is new at
every few hundred things made, several times a page, and now and then through all there is; most of
what a page makes is gone by itself before.
"""

from __future__ import annotations

import gc

MADE_BETWEEN = 5_000  # more than a page leaves behind; seven times what Python would wait for


def settle() -> None:
    """Leave alone from now on what was loaded so far, and look through what is new less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN)
