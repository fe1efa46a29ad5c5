"""What is kept of an arrival that matches no case, so a person can say later whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicenote.delivery.inbound import Arrival, Inbound
from voicenote.ledger.kept_arrivals import KeptArrival
from voicenote.model.receipt import Answer, Receipt, ReceiptKind, Verdict

#: What an arrival was.
WORDS, REPORT, JOINED = "words", "report", "joined"


def note_heard(arrival: Arrival) -> Mapping[str, Any]:
    """Return what is kept of an arrival beside its words: who wrote it, and what it is."""
    inbound = arrival.inbound
    addresses = (inbound.address, *inbound.aliases) if inbound else (arrival.address,)
    told: dict[str, Any] = {"addresses": [one for one in dict.fromkeys(addresses) if one]}
    if arrival.joins:
        return {"what": JOINED, **told}
    if arrival.broken or inbound is None:
        return {"what": WORDS, "text": f"[{arrival.broken}]", **told}
    if inbound.answer is None:
        return {"what": REPORT, "opt_out": inbound.opt_out, **told}
    return {
        "what": WORDS,
        "verdict": inbound.answer.verdict.value,
        "via": inbound.answer.via,
        "opt_out": inbound.opt_out,
        "may_opt_out": inbound.may_opt_out,
        **told,
    }


def what_it_was(kept: KeptArrival) -> str:
    """Return what a kept arrival is: `WORDS`, `REPORT` or `JOINED`.

    Ledgers from before schema 0012 kept no more than the words.
    """
    heard = kept.heard.get("what") or (WORDS if kept.text else REPORT)
    return WORDS if heard == REPORT and kept.heard.get("opt_out") else str(heard)


def addresses_of(kept: KeptArrival) -> tuple[str, ...]:
    """Return the addresses of whoever wrote a kept arrival, the surest first."""
    return tuple(kept.heard.get("addresses", ()))


def recall_arrival(kept: KeptArrival) -> Arrival:
    """Return a person's message as it came, as far as it was kept."""
    heard = kept.heard
    address, *aliases = addresses_of(kept) or ("",)
    text = kept.text or heard.get("text", "")
    old = not heard and kept.reason.startswith("they want no more messages")
    answer = Answer(
        verdict=Verdict(heard.get("verdict", Verdict.UNCLEAR)),
        at=kept.at,
        text=text,
        via=heard.get("via", "") or kept.channel,
    )
    inbound = Inbound(
        sender=kept.sender,
        subject=kept.subject,
        receipt=Receipt(kind=ReceiptKind.ANSWERED, at=kept.at, detail={"from": kept.sender}),
        answer=answer,
        opt_out=heard.get("opt_out", old),
        may_opt_out=heard.get("may_opt_out", False),
        texts=tuple(filter(None, (kept.subject, text))),
        address=address,
        aliases=tuple(aliases),
    )
    return Arrival(
        mark=f"arrival {kept.number}",
        at=kept.at,
        inbound=inbound,
        sender=kept.sender,
        address=address,
    )
