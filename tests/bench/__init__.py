"""The benchmark: ratios to a limit measured beside them. Run by `make bench`, not by tests."""
