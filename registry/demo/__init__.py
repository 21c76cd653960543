"""The demonstration: invented firms and people, their history made by the users' own functions."""
