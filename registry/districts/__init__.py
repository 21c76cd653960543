"""The county-level areas that check and approve."""
