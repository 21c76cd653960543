"""What the register holds: the facts of the four kinds, and the public register."""
