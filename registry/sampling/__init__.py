"""Sample checks: entries drawn by a seed that nobody can choose, and what was found at them."""
