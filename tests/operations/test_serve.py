"""registry serve, the real process: refusals, the first administrator, health, log and end."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import pytest

from tests.operations.place import PROGRAM, Place, is_plain

PASSWORD = "boats under the old bridge 7"
LINK = re.compile(r"http://\S+/links/\S+")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SECONDS_TO_START, SECONDS_TO_END = 180, 30


class Visitor:
    """A browser as far as it matters here."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def ask(
        self, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, str]:
        data = urlencode(form).encode() if form is not None else None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with self.opener.open(Request(self.base + path, data, named), timeout=60) as answer:
                return answer.status, answer.read().decode(), answer.url
        except HTTPError as refusal:
            return refusal.code, refusal.read().decode(), refusal.url

    def send(self, path: str, **fields: str) -> tuple[int, str, str]:
        token = TOKEN.search(self.ask(path)[1])
        assert token is not None
        return self.ask(path, {"csrf_token": token[1], **fields})


@dataclass
class Served:
    """A register that is being served; its output goes to two files."""

    process: subprocess.Popen[bytes]
    base: str
    out: Path
    log: Path

    def end(self) -> None:
        """Ask it to end; raise where it does not."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(SECONDS_TO_END)


@contextmanager
def serving(place: Place) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    place.folder.mkdir(parents=True, exist_ok=True)
    out, log = place.folder / "out", place.folder / "log"
    environ = place.with_settings(BIND=bind).environ
    with out.open("wb") as to_out, log.open("wb") as to_log:
        process = subprocess.Popen([PROGRAM, "serve"], env=environ, stdout=to_out, stderr=to_log)
    try:
        served = Served(process, f"http://{bind}", out, log)
        _wait_for(served)
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _wait_for(served: Served) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        assert served.process.poll() is None, served.log.read_text()
        try:
            if Visitor(served.base).ask("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(served.log.read_text())


def test_the_first_administrator_comes_by_the_printed_link(place: Place) -> None:
    with serving(place) as served:
        links = LINK.findall(served.out.read_text())
        assert len(links) == 1
        assert links[0] not in served.log.read_text()
        path = links[0].removeprefix(served.base)
        visitor = Visitor(served.base)

        made = visitor.send(
            path, email="admin@example.test", name="首任管理员", password=PASSWORD, again=PASSWORD
        )
        signed_in = visitor.send("/sign-in", email="admin@example.test", password=PASSWORD)

        assert made[0] == 200, made[1]
        assert signed_in[0] == 200, signed_in[1]
        assert visitor.ask("/programme/accounts")[0] == 200
        assert Visitor(served.base).ask(path)[0] in {404, 410}
        assert Visitor(served.base).ask("/readyz")[0] == 200
        served.end()
    assert served.process.returncode == 0
    with serving(place) as again:
        assert LINK.findall(again.out.read_text()) == []


def test_metrics_are_for_this_machine_or_for_the_token(tmp_path: Path) -> None:
    with serving(Place(tmp_path).with_settings(METRICS_TOKEN="t" * 40)) as served:
        visitor = Visitor(served.base)
        proxied = {"X_Forwarded_For": "192.0.2.7"}

        assert "registry_requests_total" in visitor.ask("/metrics")[1]
        assert visitor.ask("/metrics", None, **proxied)[0] == 404
        token = f"Bearer {'t' * 40}"
        assert visitor.ask("/metrics", None, Authorization=token, **proxied)[0] == 200
        assert visitor.ask("/metrics", None, Authorization="Bearer t", **proxied)[0] == 404


def test_counts_take_their_room_at_once_and_stop_no_page(tmp_path: Path) -> None:
    with serving(Place(tmp_path)) as served:
        counts = tmp_path / "metrics"
        files = [file.stat() for file in counts.iterdir()]
        shutil.rmtree(counts)
        for _each_process_several_times in range(12):
            assert Visitor(served.base).ask("/sign-in")[0] == 200

    assert files
    assert [file.st_blocks * 512 >= file.st_size > 0 for file in files] == [True] * len(files)


def test_the_log_is_json_and_knows_the_reference_of_a_failure(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serving(place) as served:
        (tmp_path / "registry.sqlite").unlink()
        for ending in ("-wal", "-shm"):
            (tmp_path / f"registry.sqlite{ending}").unlink(missing_ok=True)
        (tmp_path / "registry.sqlite").write_bytes(b"no database" * 1000)
        status, page, _url = Visitor(served.base).ask("/sign-in")
        served.end()

    lines = served.log.read_text().splitlines()
    events = [json.loads(line) for line in lines if not line.startswith("服务地址：")]
    failed = [event["reference"] for event in events if event["level"] == "error"]
    assert status in {500, 503}
    assert [reference for reference in failed if reference in page] != []


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"BIND": "0.0.0.0:8000"}, "PUBLIC_URL"),
        ({"BIND": "0.0.0.0:8000", "PUBLIC_URL": "http://a.example"}, "PUBLIC_URL"),
    ],
)
def test_the_unsafe_is_not_served(tmp_path: Path, settings: dict[str, str], named: str) -> None:
    done = Place(tmp_path).with_settings(**settings).run("serve")

    assert (done.returncode, is_plain(done)) == (1, True)
    assert named in done.stderr
    assert not (tmp_path / "registry.sqlite").exists()


def test_a_key_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    key = tmp_path / "secret-key"
    key.write_text("k" * 64)
    key.chmod(0o644)

    done = Place(tmp_path).run("serve")

    assert (done.returncode, is_plain(done)) == (1, True)
    assert str(key) in done.stderr
