"""Ask the domain name system what mail needs to know, with a time limit for each question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voicenote.errors import Unavailable, WrongUse

if TYPE_CHECKING:
    from dns.resolver import Resolver

#: Seconds for one question, all attempts together.
SECONDS = 5.0


class NameServer:
    """A name server: the one at `address` (``ADDRESS`` or ``ADDRESS:PORT``), else the machine's.

    Each method returns nothing for a name that doesn't exist, and raises Unavailable when the
    server gives no answer.
    """

    def __init__(self, address: str = "", seconds: float = SECONDS) -> None:
        self.own = bool(address)
        self._address = address
        self._seconds = seconds
        self._made: Resolver | None = None

    def mx(self, domain: str) -> list[str]:
        """Return the hosts that receive mail for `domain`, the preferred one first."""
        found = sorted((one.preference, one.exchange.to_text()) for one in self._ask(domain, "MX"))
        return [host.rstrip(".") for _, host in found if host != "."]

    def srv(self, name: str) -> tuple[str, int] | None:
        """Return the first host and port of a service (RFC 2782), or None."""
        found = sorted(
            (one.priority, -one.weight, one.target.to_text(), one.port)
            for one in self._ask(name, "SRV")
        )
        return next(((host.rstrip("."), port) for *_, host, port in found if host != "."), None)

    def txt(self, name: str) -> list[str]:
        """Return the texts of a name, each with its pieces joined."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def addresses(self, host: str) -> list[str]:
        """Return the IP addresses of a host, those of IPv4 first."""
        return [one.address for kind in ("A", "AAAA") for one in self._ask(host, kind)]

    def names(self, address: str) -> list[str]:
        """Return the names of an IP address (its reverse names)."""
        from dns.reversename import from_address

        return [one.target.to_text().rstrip(".") for one in self._ask(from_address(address), "PTR")]

    def _ask(self, name: Any, kind: str) -> list[Any]:
        from dns.exception import DNSException
        from dns.name import EmptyLabel, LabelTooLong, NameTooLong
        from dns.resolver import NXDOMAIN, NoAnswer

        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (NXDOMAIN, NoAnswer, EmptyLabel, LabelTooLong, NameTooLong, UnicodeError):
            return []
        except DNSException as error:
            raise Unavailable(
                f"no name server says whether {name} has {kind} ({type(error).__name__})",
                "check the network; then ask again",
            ) from None

    @property
    def _resolver(self) -> Resolver:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> Resolver:
        from dns.exception import DNSException
        from dns.resolver import Resolver

        host, _, port = self._address.partition(":")
        try:
            made = Resolver(configure=not self._address)
            if self._address:
                made.nameservers, made.port = [host], int(port or 53)
        except (DNSException, ValueError, OSError):
            raise WrongUse(
                f"{self._address or 'this machine'} has no name server that can be asked",
                "give the address of one: --dns 9.9.9.9",
            ) from None
        made.lifetime = self._seconds
        return made
