"""The web server: gunicorn, two processes of four threads, one more to deliver notices."""

from __future__ import annotations

import shutil
import tempfile
import threading
from time import sleep

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import DBAPIError

from registry.app import create_app
from registry.config import Settings
from registry.core import clock, collecting, metrics
from registry.core.database import db
from registry.core.errors import Occupied
from registry.core.lazily import load_all
from registry.notices.delivery import deliver_due

WORKERS = 2
THREADS = 4
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

    def load(self) -> Flask:  # type: ignore[override]  # its stub wants a bare callable
        app = create_app(self.settings)
        collecting.settle()
        threading.Thread(target=_deliver, args=(app, self.settings), daemon=True).start()
        return app


def run(settings: Settings) -> None:
    """Serve until told to stop; requests are counted over all processes."""
    counts = settings.data_dir / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    metrics.count_over_processes(counts)
    Server(settings).run()


def _deliver(app: Flask, settings: Settings) -> None:
    """Deliver what is due, for as long as the process lives; what fails is tried again later.

    Before that, load what was put off at the start, so that no request waits for it.
    """
    sleep(DELIVER_EVERY_SECONDS)
    load_all()
    collecting.settle()
    while True:
        with app.app_context():
            try:
                deliver_due(settings, at=clock.now())
            except (DBAPIError, Occupied, OSError):
                structlog.get_logger().warning("notices not delivered", exc_info=True)
            finally:
                db.session.remove()
        sleep(DELIVER_EVERY_SECONDS)
