"""The web server: gunicorn, two processes of four threads, one more to deliver notices."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from typing import NoReturn

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import DBAPIError

from registry.app import create_app
from registry.config import Settings, check_safe_to_serve, read_settings
from registry.core import clock
from registry.core.database import db
from registry.notices.delivery import deliver_due

WORKERS = 2
THREADS = 4
DEMONSTRATION = "demonstration"
DELIVER_EVERY_SECONDS = 10


class Server(BaseApplication):
    """Gunicorn, told its settings by us and by nothing else."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self.settings.bind,
            "workers": WORKERS,
            "threads": THREADS,
            "worker_class": "gthread",
            "worker_tmp_dir": tempfile.gettempdir(),
            "timeout": 120,
            "graceful_timeout": 20,
            "keepalive": 5,
            "limit_request_line": 4094,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self.settings)
        threading.Thread(target=_deliver, args=(app, self.settings), daemon=True).start()
        return app


def run(settings: Settings) -> NoReturn:
    """Serve until told to stop, in a fresh process image that counts over all its workers."""
    counts = settings.data_dir / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    words = [sys.executable, "-m", "registry.server"]
    os.execv(sys.executable, [*words, DEMONSTRATION] if settings.demonstration else words)  # noqa: S606 - no shell, our own module


def _deliver(app: Flask, settings: Settings) -> None:
    """Deliver what is due, for as long as the process lives; what fails is tried again later."""
    stop = threading.Event()
    while not stop.wait(DELIVER_EVERY_SECONDS):
        with app.app_context():
            try:
                deliver_due(settings, at=clock.now())
            except (DBAPIError, OSError):
                structlog.get_logger().warning("notices not delivered", exc_info=True)
            finally:
                db.session.remove()


if __name__ == "__main__":
    chosen = read_settings(demonstration=DEMONSTRATION in sys.argv[1:])
    check_safe_to_serve(chosen)
    Server(chosen).run()
