"""SPF (RFC 7208): whether the DNS of a domain lets a server send its mail.

Macros, ``exists`` and ``ptr`` are counted as look-ups, and match nothing: hardly anyone uses them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from voicenote.delivery.email.name_server import NameServer
from voicenote.errors import BadData

#: The most look-ups that receivers make.
MOST = 10
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass
class SenderPolicy:
    """The SPF of a domain as far as it was evaluated.

    `result`: ``pass``, ``fail``, ``softfail``, ``neutral``, ``none``, or ``permerror`` with why.
    `included` are the domains that it refers to.
    """

    record: str = ""
    result: str = "none"
    why: str = ""
    included: set[str] = field(default_factory=set)
    lookups: int = 0


def evaluate(domain: str, address: str, names: NameServer) -> SenderPolicy:
    """Return what the SPF of `domain` says of mail that comes from an IP `address`.

    Without an address only the record is read. Raises Unavailable.
    """
    policy = SenderPolicy()
    try:
        policy.result = _check(domain, address, names, policy)
    except BadData as error:
        policy.result, policy.why = "permerror", error.what
    return policy


def _check(domain: str, address: str, names: NameServer, policy: SenderPolicy) -> str:
    records = [one for one in names.txt(domain) if one.lower().split(" ", 1)[0] == "v=spf1"]
    if len(records) > 1:
        raise BadData(f"{domain} has {len(records)} SPF records, and may have one")
    policy.record = policy.record or next(iter(records), "")
    redirect, result = "", ""
    for term in records[0].split()[1:] if records else ():
        if term.lower().startswith("redirect="):
            redirect = term.partition("=")[2].lower()
        elif "=" not in term.partition(":")[0]:
            sign, mechanism = (term[0], term[1:]) if term[0] in _RESULTS else ("+", term)
            if _matches(mechanism, domain, address, names, policy) and not result:
                result = _RESULTS[sign]
    if result or not records:
        return result or "none"
    if not redirect:
        return "neutral"
    _count(policy)
    policy.included.add(redirect)
    return _check(redirect, address, names, policy)


def _matches(
    mechanism: str, domain: str, address: str, names: NameServer, policy: SenderPolicy
) -> bool:
    name, _, value = mechanism.partition(":")
    name, _, length = name.lower().partition("/")
    value, _, given = value.partition("/") if name in ("a", "mx") else (value, "", "")
    if name == "all":
        return True
    if name in ("ip4", "ip6"):
        return _within(address, value)
    if name not in ("a", "mx", "include", "exists", "ptr"):
        raise BadData(f"{mechanism!r} in the SPF of {domain} is nothing that SPF knows")
    _count(policy)
    if "%" in value or name in ("exists", "ptr"):
        return False
    target = (value or domain).lower()
    if name == "include":
        policy.included.add(target)
        found = _check(target, address, names, policy)
        if found == "none":
            raise BadData(f"the SPF of {domain} includes {target}, which has none")
        return found == "pass"
    hosts = names.mx(target) if name == "mx" else [target]
    length = (length or given).partition("/")[0] or "32"
    return any(
        _within(address, f"{one}/{length}" if ":" not in one else one)
        for host in hosts
        for one in names.addresses(host)
    )


def _count(policy: SenderPolicy) -> None:
    policy.lookups += 1
    if policy.lookups > MOST:
        raise BadData(f"the SPF needs more than {MOST} look-ups")


def _within(address: str, network: str) -> bool:
    try:
        found = ip_network(network, strict=False)
        return bool(address) and ip_address(address) in found
    except ValueError:
        raise BadData(f"{network!r} in the SPF is not an address") from None
