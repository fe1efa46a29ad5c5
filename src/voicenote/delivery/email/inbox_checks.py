"""What stands between a letter and the inbox, as far as DNS and the letter itself can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address

from voicenote.delivery.email.authentication import (
    find_dmarc,
    is_aligned,
    told_by_receiver,
)
from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.providers import MailServers, by_domain, by_receiver
from voicenote.delivery.email.sender_policy import SenderPolicy, evaluate
from voicenote.delivery.email.signatures import read_signatures
from voicenote.delivery.port import InboxCheck
from voicenote.errors import Unavailable

#: The largest letter of a long memo, in bytes.
LONG_MEMO = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFrom:
    """Where a letter comes from: the domains of its From and of its envelope, and the server."""

    domain: str
    envelope: str
    host: str


def check_inbox(sent: SentFrom, raw: bytes, names: NameServer) -> Iterator[InboxCheck]:
    """Yield every check of a letter; `raw` is as it came back, or b"" if it didn't."""
    if known := by_domain(sent.domain):
        what = f"{sent.domain} belongs to {known.source}, which sees to SPF, DKIM and DMARC"
        yield InboxCheck("sender", ok=True, what=what)
    else:
        yield from _check_domain(sent, raw, names)
    if raw:
        yield from _check_letter(raw)


def _check_domain(sent: SentFrom, raw: bytes, names: NameServer) -> Iterator[InboxCheck]:
    try:
        provider, check = _check_receivers(sent.domain, names)
        yield check
        spf_ok, check = _check_spf(sent, provider, names)
        yield check
        signed, check = _check_dkim(raw, names)
        yield check
        yield _check_dmarc(sent, names, spf_ok=spf_ok, signed=signed, returned=bool(raw))
        if provider is None:
            yield _check_reverse(sent.host, names)
    except Unavailable as error:
        yield InboxCheck("DNS", ok=None, what=error.what, cure=error.advice)


def _check_receivers(domain: str, names: NameServer) -> tuple[MailServers | None, InboxCheck]:
    hosts = names.mx(domain)
    provider = next(filter(None, map(by_receiver, hosts)), None)
    if hosts:
        whose = f" ({provider.source})" if provider else ""
        return provider, InboxCheck("MX", ok=True, what=f"{hosts[0]}{whose} receives the answers")
    what = f"{domain} names no server that receives mail, so answers are lost"
    return None, InboxCheck("MX", ok=False, what=what, cure=f"add an MX record to {domain}")


def _check_spf(
    sent: SentFrom, provider: MailServers | None, names: NameServer
) -> tuple[bool | None, InboxCheck]:
    """Check SPF of the envelope's domain, for the provider's servers or for those of the host."""
    addresses = _addresses(sent.host, names)
    policy = evaluate(sent.envelope, addresses[0] if addresses else "", names)
    domain, include = sent.envelope, provider.spf if provider else ""
    wanted = (
        f"include:{include}"
        if include
        else " ".join(f"ip{ip_address(one).version}:{one}" for one in addresses)
    )
    if policy.result == "permerror":
        cure = f"correct the TXT record of {domain}"
        return False, InboxCheck("SPF", ok=False, what=policy.why, cure=cure)
    if not policy.record:
        what = f"{domain} says of nobody that they may send for it"
        cure = f"add a TXT record to {domain}: v=spf1 {wanted or 'mx'} ~all"
        return False, InboxCheck("SPF", ok=False, what=what, cure=cure)
    if _lets_send(policy, include):
        what = f"{domain} lets {provider.source if include and provider else sent.host} send"
        return True, InboxCheck("SPF", ok=True, what=what)
    what = f"{domain} doesn't name {sent.host} among its senders: {policy.record}"
    cure = f"put {wanted} before the last word of it, if letters leave from there"
    sure = bool(include) or policy.result == "fail"
    return False if sure else None, InboxCheck("SPF", False if sure else None, what, cure)


def _lets_send(policy: SenderPolicy, include: str) -> bool:
    return policy.result == "pass" or (bool(include) and include in policy.included)


def _check_dkim(raw: bytes, names: NameServer) -> tuple[list[str], InboxCheck]:
    """Return the domains whose signatures hold, and the check."""
    found = list(read_signatures(raw, names)) if raw else []
    good = [one.domain for one in found if not one.wrong]
    if good:
        return good, InboxCheck("DKIM", ok=True, what=f"signed by {', '.join(good)}")
    if found:
        what = f"the signature of {found[0].domain} doesn't hold: {found[0].wrong}"
        cure = f"compare the key in the DNS of {found[0].domain} with that of the mail server"
        return [], InboxCheck("DKIM", ok=False, what=what, cure=cure)
    what = "the letter that came back has no signature" if raw else "no letter came back to check"
    cure = "switch DKIM on at your mail provider, unless it signs only what leaves it"
    return [], InboxCheck("DKIM", ok=None, what=what, cure=cure)


def _check_dmarc(
    sent: SentFrom, names: NameServer, *, spf_ok: bool | None, signed: list[str], returned: bool
) -> InboxCheck:
    record = find_dmarc(sent.domain, names)
    if record is None:
        cure = f"add a TXT record to _dmarc.{sent.domain}: v=DMARC1; p=none"
        what = f"{sent.domain} has no DMARC record, which large providers ask for"
        return InboxCheck("DMARC", ok=False, what=what, cure=cure)
    by_spf = spf_ok and is_aligned(
        sent.domain, sent.envelope, strict=record.strict_spf, names=names
    )
    by_dkim = [
        one
        for one in signed
        if is_aligned(sent.domain, one, strict=record.strict_dkim, names=names)
    ]
    if by_spf or by_dkim:
        by = "SPF and DKIM prove" if by_spf and by_dkim else f"{'SPF' if by_spf else 'DKIM'} proves"
        return InboxCheck("DMARC", ok=True, what=f"{by} {sent.domain} (p={record.policy})")
    others = ", ".join(dict.fromkeys([*signed, *([sent.envelope] if spf_ok else [])]))
    what = (
        f"only {others} is proven, which isn't {sent.domain}"
        if others
        else f"nothing proves that it is from {sent.domain}"
    )
    sure = False if returned and record.policy != "none" else None
    cure = f"let the provider sign for {sent.domain} (DKIM), or send from its own servers"
    return InboxCheck("DMARC", sure, f"{what} (p={record.policy})", cure)


def _check_reverse(host: str, names: NameServer) -> InboxCheck:
    """Check that the addresses of the server have names that lead back to them."""
    addresses = _addresses(host, names)
    for address in addresses:
        known = [one for one in names.names(address) if address in names.addresses(one)]
        if known:
            return InboxCheck("reverse name", ok=True, what=f"{address} is {known[0]}")
    shown = ", ".join(addresses) or host
    what = f"{shown} has no name that leads back to it; large providers often refuse such letters"
    cure = "ask who rents you the server for a reverse name (PTR), the same as its own name"
    return InboxCheck("reverse name", ok=None, what=what, cure=cure)


def _addresses(host: str, names: NameServer) -> list[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        return names.addresses(host)


def _check_letter(raw: bytes) -> Iterator[InboxCheck]:
    letter: EmailMessage = message_from_bytes(raw, policy=default)
    if told := told_by_receiver(raw):
        bad = [f"{kind}={result}" for kind, result in told.items() if result in ("fail", "none")]
        said = ", ".join(f"{kind}={result}" for kind, result in told.items())
        what = f"the server that received it says {said}"
        yield InboxCheck("receiver", ok=not bad, what=what, cure="see above" if bad else "")
    if letter["List-Unsubscribe"]:
        way = "one press" if letter["List-Unsubscribe-Post"] else "a letter"
        what = f"people can opt out in their mail program, by {way}"
        yield InboxCheck("List-Unsubscribe", ok=True, what=what)
    else:
        what = "people can't opt out in their mail program, so some press “spam”"
        yield InboxCheck("List-Unsubscribe", ok=None, what=what, cure="set reply_to")


def check_size(limit: int) -> InboxCheck:
    """Return whether a long memo fits the largest letter that the server takes; 0 is unknown."""
    if not limit:
        return InboxCheck("size", ok=None, what="the server doesn't say how large a letter may be")
    what = f"it takes letters of {limit / 1e6:.0f} MB"
    if limit < LONG_MEMO:
        cure = 'attach the smallest sound: attach = ["ogg"]'
        return InboxCheck("size", ok=False, what=f"{what}, too little for a long memo", cure=cure)
    return InboxCheck("size", ok=True, what=what)
