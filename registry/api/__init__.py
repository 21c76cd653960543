"""The interface for programs, and what operators and machines ask of the service."""
