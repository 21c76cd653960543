"""What can go wrong in the product's own terms; they carry facts, pages make the words."""

from __future__ import annotations


class RegistryError(Exception):
    """Anything refused on purpose; `message` is one plain sentence in the user's language."""

    status = 400

    def __init__(self, message: object = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(RegistryError):
    """It does not exist, or this person may not know that it does (404)."""

    status = 404


class NotAllowed(RegistryError):
    """This person may see it and may not do this (403)."""

    status = 403


class WrongState(RegistryError):
    """It was changed meanwhile, or is not in a state that allows this (409)."""

    status = 409


class Busy(RegistryError):
    """Too often in too short a time (429); `seconds` says when to try again."""

    status = 429

    def __init__(self, message: object = "", *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Occupied(RegistryError):
    """Others wrote for longer than a request may wait; nothing was done, so ask again (503)."""

    status = 503
    seconds = 30


class Invalid(RegistryError):
    """A value cannot be taken; belongs on its `field` (422)."""

    status = 422

    def __init__(self, message: object = "", *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
