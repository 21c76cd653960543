"""What becomes of a registered entry: revoked, moved to another district, robots that left."""
