"""Try a channel for real: log in, send the owner a letter, read it back, and check it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from voicenote.delivery.email.dialling import SENDING
from voicenote.delivery.email.inbox_checks import SentFrom, check_inbox, check_size
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.email.name_server import NameServer
from voicenote.delivery.email.reading_back import ReturnedLetter, read_back
from voicenote.delivery.port import Channel, Dials, InboxCheck
from voicenote.delivery.tokens import fill_template
from voicenote.engine.run.proofs import PROOF, require_own_address
from voicenote.engine.workspace import Workspace
from voicenote.errors import Postponed, Refused, RuleSaysNo
from voicenote.model.receipt import Parcel

#: Seconds for each step of logging in.
DIAL_S = 20.0
_TEXT = """\
This is a test of your channel {name}. It was sent to you only.

If you can read this, your messages get through. You don't have to do anything.
"""


def make_test_parcel(ws: Workspace, name: str, to: str) -> Parcel:
    """Return a short letter to the owner, which no customer's message can be mistaken for."""
    owner, key = ws.settings.owner, f"{PROOF}-{ws.new_id()[:16]}"
    domain = owner.email.rpartition("@")[2] or "voicenote.invalid"
    return Parcel(
        key=key,
        message_id=f"<{key}@{domain}>",
        case=0,
        kind=PROOF,
        customer=owner.name or "owner",
        to=to,
        sender=owner.email,
        sender_name=owner.name or "voicenote",
        language="en",
        subject=f"Test of the channel {name}",
        text=_TEXT.format(name=name),
        files={},
        duration_s=0,
        synthetic=False,
        made_at=ws.clock(),
    )


def try_channel(
    ws: Workspace, name: str, to: str | None, *, seconds: float, names: NameServer
) -> Iterator[InboxCheck]:
    """Log in to the servers of a channel, send a test `to` the owner, and check how it arrives.

    By email `to` is [owner] email by default. `seconds` is how long a letter is waited for. Ends
    early where a server doesn't let us in. Raises RuleSaysNo for a channel that cannot be tried,
    and for an address that isn't yours.
    """
    channel = ws.channel(name)
    if not isinstance(channel, Dials):
        raise RuleSaysNo(
            f"{name} cannot be tried without a customer", f"voicenote proof N --by {name}"
        )
    limit = 0
    for one in channel.dial(DIAL_S):
        if one.error:
            yield InboxCheck(one.purpose, ok=False, what=one.error.what, cure=one.error.advice)
            return
        yield InboxCheck(one.purpose, ok=True, what=f"{one.server}: {one.answer}")
        limit = one.limit if one.purpose == SENDING else limit
    mails = isinstance(channel, Mail)
    to = ws.settings.owner.email if to is None and mails else (to or "").strip()
    if not to:
        yield InboxCheck("letter", ok=None, what="nothing was sent", cure="add --to ADDRESS")
        return
    parcel = make_test_parcel(ws, name, require_own_address(ws, to).value)
    yield (sent := _send(channel, parcel))
    if isinstance(channel, Mail) and sent.ok:
        yield from _check_mail(channel, parcel, limit, seconds, names)


def _send(channel: Channel, parcel: Parcel) -> InboxCheck:
    try:
        channel.send(parcel, lambda: None)
    except (Postponed, Refused) as error:
        return InboxCheck("letter", ok=False, what=error.what, cure=error.advice)
    return InboxCheck("letter", ok=True, what=f"sent to {parcel.to}")


def _check_mail(
    channel: Mail, parcel: Parcel, limit: int, seconds: float, names: NameServer
) -> Iterator[InboxCheck]:
    """Read the letter back, then check it, its domain, and whether answers find their case."""
    options, letter = channel.options, None
    if options.imap is None:
        what = "no mailbox is read, so answers and bounces are not seen"
        yield InboxCheck("inbox", ok=False, what=what, cure="set imap_host")
    else:
        letter = read_back(options.imap, parcel.key, seconds)
        yield _told_of_return(letter, seconds)
        if options.reply_to:
            yield _try_reply_to(channel, parcel, seconds)
    sent = SentFrom(
        domain=_domain(parcel.sender),
        envelope=_domain(fill_template(options.verp, parcel.key) or parcel.sender),
        host=options.host,
    )
    yield from check_inbox(sent, letter.raw if letter else b"", names)
    yield check_size(limit)


def _told_of_return(letter: ReturnedLetter | None, seconds: float) -> InboxCheck:
    if letter is None:
        what = f"it has not come back within {seconds:g} seconds"
        cure = "check the mailbox of [owner] email: it may be another one, or slow"
        return InboxCheck("inbox", ok=False, what=what, cure=cure)
    if letter.junk:
        what = f"it was put into {letter.folder}: your own provider takes it for junk"
        return InboxCheck("inbox", ok=False, what=what, cure="see what is said below")
    return InboxCheck("inbox", ok=True, what="it came back, into the inbox")


def _try_reply_to(channel: Mail, parcel: Parcel, seconds: float) -> InboxCheck:
    """Send a second letter to the address for answers, and see whether it arrives here."""
    server, key = channel.options.imap, f"{parcel.key}-r"
    to = fill_template(channel.options.reply_to, key)
    second = replace(parcel, key=key, to=to, message_id=parcel.message_id.replace("@", "-r@"))
    cure = "take reply_to out of the settings, if your provider has no addresses with a +"
    if not (sent := _send(channel, second)).ok:
        return InboxCheck("answers", ok=False, what=sent.what, cure=cure)
    if server and read_back(server, key, seconds):
        return InboxCheck("answers", ok=True, what=f"letters to {to} arrive here")
    return InboxCheck("answers", ok=False, what=f"a letter to {to} has not arrived", cure=cure)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
