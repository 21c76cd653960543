"""Real processes: commands, backup and restore, the server, the demonstration, migrations."""
