"""Settings, read from the environment once; what is unsafe is refused before anything is served."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

KEY_BYTES = 48
KEY_LENGTH_MIN = 32
MEBIBYTE = 1024 * 1024
DATABASES = ("sqlite:///", "postgresql+psycopg://")


class SettingsError(Exception):
    """A setting is missing or unsafe; the message says which and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """All that is set from outside; see README for the meaning of each name."""

    database_url: str
    data_dir: Path
    secret_key: str
    public_url: str
    bind: str = "127.0.0.1:8000"
    database_read_url: str = ""
    mail_url: str = ""
    metrics_token: str = ""
    proxies: int = 0
    demonstration: bool = False
    testing: bool = False
    upload_limit_bytes: int = 20 * MEBIBYTE

    @property
    def is_https(self) -> bool:
        """Cookies are marked secure, and strict transport is announced, on https only."""
        return self.public_url.startswith("https://")

    @property
    def attachments_dir(self) -> Path:
        return self.data_dir / "attachments"


def read_settings(
    environ: Mapping[str, str] = os.environ, *, demonstration: bool = False
) -> Settings:
    """Read the settings of design section 6; raise SettingsError for one that cannot be used."""
    data_dir = Path(environ.get("DATA_DIR") or "instance").absolute()
    if demonstration:
        data_dir = data_dir / "demo"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATA_DIR cannot be used: {data_dir}: {error.strerror}.") from error
    bind = _address(environ.get("BIND") or "127.0.0.1:8000")
    public_url = (environ.get("PUBLIC_URL") or f"http://{bind}").rstrip("/")
    if not public_url.startswith(("http://", "https://")):
        raise SettingsError("PUBLIC_URL is no address. Write https:// and the name of the site.")
    own_url = f"sqlite:///{data_dir / 'registry.sqlite'}"
    return Settings(
        database_url=own_url if demonstration else _database_url(environ, "DATABASE_URL", own_url),
        data_dir=data_dir,
        secret_key=environ.get("SECRET_KEY") or read_key_file(data_dir / "secret-key"),
        public_url=public_url,
        bind=bind,
        database_read_url=_database_url(environ, "DATABASE_READ_URL", ""),
        mail_url=environ.get("MAIL_URL", ""),
        metrics_token=environ.get("METRICS_TOKEN", ""),
        proxies=_whole_number(environ, "PROXIES"),
        demonstration=demonstration,
    )


def normalised_url(url: str) -> str:
    """Name the driver that is installed, whatever short form of PostgreSQL address was given."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def read_key_file(path: Path) -> str:
    """Return the key kept beside the data, made on first start and readable by its owner only."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsError(f"{path} can be read by others. Run: chmod 600 {path}")
    return path.read_text().strip()


def check_safe_to_serve(settings: Settings) -> None:
    """Raise SettingsError for a weak key, or where others are served without https."""
    if len(settings.secret_key) < KEY_LENGTH_MIN:
        raise SettingsError(
            f"SECRET_KEY has fewer than {KEY_LENGTH_MIN} characters. Set a longer one."
        )
    if is_loopback(settings.bind):
        return
    if settings.demonstration:
        raise SettingsError(
            "BIND is not a loopback address. The demonstration serves this machine only."
        )
    if not settings.is_https:
        raise SettingsError("BIND is not a loopback address. Set PUBLIC_URL to the https address.")


def is_loopback(bind: str) -> bool:
    """Say whether an address serves this machine only."""
    host = urlsplit(f"//{bind}").hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _database_url(environ: Mapping[str, str], name: str, default: str) -> str:
    url = normalised_url(environ.get(name) or default)
    if url and not url.startswith(DATABASES):
        raise SettingsError(
            f"{name} names no database that can be used. "
            "Write postgresql://user:password@host/name, or leave it out for SQLite."
        )
    return url


def _address(bind: str) -> str:
    try:
        parts = urlsplit(f"//{bind}")
        is_good = bool(parts.hostname and parts.port) and parts.netloc == bind
    except ValueError:
        is_good = False
    if not is_good:
        raise SettingsError(f"BIND is {bind!r}. Write address and port, such as 127.0.0.1:8000.")
    return bind


def _whole_number(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name) or "0"
    if not text.isdecimal():
        raise SettingsError(f"{name} is {text!r}. Set a whole number.")
    return int(text)
