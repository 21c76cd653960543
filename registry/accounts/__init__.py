"""Who acts: roles, users, sessions, one-time links and the door of every page."""
