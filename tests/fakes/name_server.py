"""A name server on loopback that answers from a table, or stays silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

#: "name TYPE" → the texts of its records.
Zone = Mapping[str, Sequence[str]]


class FakeNameServer:
    """Answers by UDP from `zone` until it is closed, but for names that end as `silent` says."""

    def __init__(self, zone: Zone, silent: Sequence[str] = ()) -> None:
        self.zone = {self._key(*name.split()): list(found) for name, found in zone.items()}
        self.asked: list[str] = []
        self._silent = silent
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._sock.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @staticmethod
    def _key(name: str, kind: str) -> tuple[str, str]:
        return name.rstrip(".").lower(), kind

    def _serve(self) -> None:
        while True:
            raw, sender = self._sock.recvfrom(4096)
            if raw == b"stop":
                return
            if answer := self._answer(dns.message.from_wire(raw)):
                self._sock.sendto(answer, sender)

    def _answer(self, query: dns.message.Message) -> bytes:
        (question,) = query.question
        name, kind = self._key(question.name.to_text(), dns.rdatatype.to_text(question.rdtype))
        self.asked.append(f"{name} {kind}")
        if any(name.endswith(one) for one in self._silent):
            return b""
        answer: Any = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if found := self.zone.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return bytes(answer.to_wire(max_size=65535))

    def close(self) -> None:
        host, _, port = self.address.partition(":")
        self._sock.sendto(b"stop", (host, int(port)))
        self._thread.join(5)
        self._sock.close()
