"""What a stranger, a thief or a bad day may try, and what the register answers."""
