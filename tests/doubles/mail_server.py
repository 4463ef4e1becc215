"""A mail server on loopback that speaks just enough SMTP, keeps what it is given, and refuses whom it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """``refuse_with`` is the answer to every addressee; empty takes them all."""

    port: int = 0
    refuse_with: str = ""
    mails: list[bytes] = field(default_factory=list)


@contextmanager
def mail_server(refuse_with: str = "") -> Iterator[MailServer]:
    facts = MailServer(refuse_with=refuse_with)

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 double")
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].upper()
                if verb == "DATA":
                    self.take()
                elif verb == "RCPT" and facts.refuse_with:
                    self.say(facts.refuse_with)
                else:
                    self.say("221 bye" if verb == "QUIT" else "250 double")

        def take(self) -> None:
            self.say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            facts.mails.append(b"".join(lines))
            self.say("250 taken")

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        facts.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield facts
        finally:
            server.shutdown()
            thread.join()
