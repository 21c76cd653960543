"""What is written with a deed is mailed once, or tried again, or lies as a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import sqlalchemy as sa
from flask import Flask

from registry.config import Settings
from registry.core.database import db
from registry.notices.delivery import deliver_due
from registry.notices.models import Notice
from registry.notices.service import tell
from tests.notices.mail_server import mail_server

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


def _settings(app: Flask, mail_url: str = "") -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return replace(settings, mail_url=mail_url, public_url="https://registry.example")


def _tell(to: str = "wang@example.test", subject: str = "收到申报") -> None:
    tell(to=to, subject=subject, body="请看 {site}/applications", at=AT)
    db.session.commit()


def test_mail_is_sent_once_with_the_address_of_the_register(app: Flask) -> None:
    _tell()

    with mail_server() as server:
        settings = _settings(app, f"smtp://127.0.0.1:{server.server_address[1]}")
        sent = deliver_due(settings, at=AT), deliver_due(settings, at=AT)

    assert sent == (1, 0)
    (mail,) = server.received
    assert mail["To"] == "wang@example.test"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "请看 https://registry.example/applications"


def test_a_refused_address_is_tried_again_later_and_the_others_go_out(app: Flask) -> None:
    _tell("nobody@example.test")
    _tell("wang@example.test")

    with mail_server() as server:
        server.refused = "nobody"
        settings = _settings(app, f"smtp://127.0.0.1:{server.server_address[1]}")
        sent = deliver_due(settings, at=AT)

    failed = db.session.scalars(sa.select(Notice).where(Notice.sent_at.is_(None))).one()
    assert (sent, failed.to, failed.tries) == (1, "nobody@example.test", 1)
    assert failed.send_at == AT + timedelta(minutes=1)
    assert "550" in failed.failed_because


def test_a_server_that_is_down_loses_nothing(app: Flask) -> None:
    _tell()
    with mail_server() as server:
        port = server.server_address[1]
    assert deliver_due(_settings(app, f"smtp://127.0.0.1:{port}"), at=AT) == 0

    with mail_server() as server:
        settings = _settings(app, f"smtp://127.0.0.1:{server.server_address[1]}")
        sent = deliver_due(settings, at=AT + timedelta(minutes=2))

    assert (sent, len(server.received)) == (1, 1)


def test_without_a_server_mails_lie_as_files(app: Flask) -> None:
    _tell(subject="第一行\r\nBcc: all@example.test")

    deliver_due(_settings(app), at=AT)

    (path,) = (app.config["SETTINGS"].data_dir / "mail").glob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    path.unlink()
    assert mail["Subject"] == "第一行 Bcc: all@example.test"
    assert mail["Bcc"] is None
