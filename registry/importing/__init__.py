"""Official lists: read, checked, registered, taken back."""
