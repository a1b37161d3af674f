"""A small real mail server on the loopback address, which keeps what it is given."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class MailServer:
    """Speaks enough of SMTP; `messages` are what came, `refuses` makes it answer 451."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuses = False
        office = self

        class Conversation(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                self.say("220 ready")
                while line := self.rfile.readline():
                    verb = line.strip().upper()
                    if verb == b"QUIT":
                        self.say("221 bye")
                        return
                    if verb == b"DATA":
                        self.say("354 go on")
                        office.keep(self.body())
                        self.say("250 kept")
                    elif verb.startswith(b"MAIL") and office.refuses:
                        self.say("451 not now")
                    else:
                        self.say("250 ok")

            def body(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b"."))
                return b"".join(lines)

            def say(self, line: str) -> None:
                self.wfile.write(line.encode() + b"\r\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def keep(self, raw: bytes) -> None:
        self.messages.append(message_from_bytes(raw, policy=policy.default))

    @property
    def texts(self) -> list[str]:
        """The texts of what came, as a person reads them."""
        return [one.get_content() for one in self.messages]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
