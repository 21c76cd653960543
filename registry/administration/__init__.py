"""The city administrator's desk: accounts, goals, allocations, rounds."""
