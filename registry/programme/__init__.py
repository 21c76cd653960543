"""What is to be reached: kinds, goals, allocations, rounds."""
