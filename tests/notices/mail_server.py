"""A mail server of a few lines on a free port of this machine: real sockets, real SMTP."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

REPLIES = {b"EHLO": b"250 hello", b"HELO": b"250 hello", b"QUIT": b"221 bye"}


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.refused = ""
        super().__init__(("127.0.0.1", 0), _Session)


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say(b"220 ready")
        for line in self.rfile:
            command = line.strip().upper()[:4]
            if command == b"RCPT" and self.server.refused.encode() in line and self.server.refused:
                self._say(b"550 nobody here")
            elif command == b"DATA":
                self._take()
            else:
                self._say(REPLIES.get(command, b"250 ok"))
            if command == b"QUIT":
                return

    def _take(self) -> None:
        self._say(b"354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.received.append(message_from_bytes(b"".join(lines)))
        self._say(b"250 taken")

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


@contextmanager
def mail_server() -> Iterator[_Server]:
    """Run the server; `received` are the mails, `refused` a part of an address nobody has."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
