"""Deliver what stands in the outbox: by SMTP, or as files where no mail server is set."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from registry.config import Settings
from registry.core.database import db
from registry.notices.models import Notice

AT_ONCE = 20
LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
TRIES_MOST = 12
SECONDS = 20
SMTP_PORTS = {"smtp": 587, "smtps": 465}
Send = Callable[[EmailMessage], None]


@dataclass(frozen=True)
class Letter:
    """What is taken out of the outbox to be sent, apart from the database."""

    notice_id: int
    to: str
    subject: str
    body: str
    made_at: datetime
    tries: int


def deliver_due(settings: Settings, *, at: datetime) -> int:
    """Send what is due, tell what failed and when it is tried again; return how many were sent.

    Works in short transactions of its own. A letter is taken for five minutes, so two processes
    never send the same one; it comes twice only where a process dies between sending and noting it.
    """
    letters = _take(at=at)
    if not letters:
        return 0
    failures: dict[int, str] = {}
    try:
        with closing(_Carrier(settings)) as carrier:
            for letter in letters:
                failures |= _send(carrier, letter, settings)
    except (OSError, smtplib.SMTPException) as error:
        failures = {letter.notice_id: _why(error) for letter in letters}
    _note(letters, failures, at=at)
    return len(letters) - len(failures)


def _take(*, at: datetime) -> Sequence[Letter]:
    rows = db.session.scalars(
        sa.select(Notice)
        .where(Notice.sent_at.is_(None), Notice.send_at <= at, Notice.tries < TRIES_MOST)
        .order_by(Notice.send_at, Notice.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    letters = [Letter(n.id, n.to, n.subject, n.body, n.made_at, n.tries + 1) for n in rows]
    for notice in rows:
        notice.tries += 1
        notice.send_at = at + LEASE
    db.session.commit()
    return letters


def _send(carrier: _Carrier, letter: Letter, settings: Settings) -> dict[int, str]:
    try:
        carrier.send(compose(letter, settings))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        return {letter.notice_id: _why(error)}
    return {}


def _note(letters: Sequence[Letter], failures: dict[int, str], *, at: datetime) -> None:
    for letter in letters:
        change: dict[str, object] = {"sent_at": at, "failed_because": ""}
        if letter.notice_id in failures:
            wait = min(FIRST_WAIT * 2 ** (letter.tries - 1), LONGEST_WAIT)
            change = {"send_at": at + wait, "failed_because": failures[letter.notice_id][:400]}
        db.session.execute(sa.update(Notice).where(Notice.id == letter.notice_id).values(change))
    db.session.commit()


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def compose(letter: Letter, settings: Settings) -> EmailMessage:
    """Return the mail of a letter; the same letter always has the same Message-ID."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    name, _at, domain = letter.to.rpartition("@")
    message = EmailMessage()
    message["From"] = Address("Registry", "registry", host)
    message["To"] = Address("", name, domain)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.made_at)
    message["Message-ID"] = f"<notice-{letter.notice_id}@{host}>"
    message.set_content(letter.body.replace("{site}", settings.public_url))
    return message


class _Carrier:
    """One connection to the mail server, or the folder that stands for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server = _connect(settings.mail_url) if settings.mail_url else None

    def send(self, message: EmailMessage) -> None:
        if self._server is not None:
            self._server.send_message(message)
            return
        folder = self._settings.data_dir / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        (folder / f"{name}.eml").write_bytes(message.as_bytes())

    def close(self) -> None:
        if self._server is not None:
            self._server.quit()


def _connect(mail_url: str) -> smtplib.SMTP:
    """Open the server of smtp://user:password@host:port (STARTTLS where offered) or smtps://…"""
    parts = urlsplit(mail_url)
    host, port = parts.hostname or "localhost", parts.port or SMTP_PORTS.get(parts.scheme, 25)
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
