"""A browser that leaves the test's own objects readable."""

from tests.approval.conftest import enter

__all__ = ["enter"]
