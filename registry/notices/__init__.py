"""What is told to people: an outbox written with the deed, delivered afterwards."""
