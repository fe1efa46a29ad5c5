"""Files of messages in the ledger, in SQLite and in PostgreSQL."""

from __future__ import annotations

from voicenote.ledger import arrivals, attachments
from voicenote.ledger.arrivals import UNMATCHED, Came
from voicenote.ledger.store import Ledger
from voicenote.model.attachment import AttachmentState, FileKind, OfferedFile

VOICE = OfferedFile(kind=FileKind.VOICE, source="v1", name="memo.ogg", size=2**40, seconds=9)


def test_a_file_is_offered_settled_once_and_found_again(ledger: Ledger) -> None:
    with ledger.write() as tx:
        came = Came(channel="telegram", mark="m", kind=UNMATCHED, at=tx.now)
        assert arrivals.keep(tx, came)
        number = arrivals.number_of(tx, "telegram", "m")
        attachments.offer(tx, number, [VOICE, VOICE])
    with ledger.read() as tx:
        files = attachments.to_fetch(tx, 2**41)
        assert [(one.kind, one.size, one.case) for one in files] == [(VOICE.kind, 2**40, None)] * 2
        assert attachments.waiting_sources(tx) == {"v1"}
    kept = {"state": AttachmentState.KEPT.value, "file": "attachments/000001/1.ogg", "size": 7}
    with ledger.write() as tx:
        assert attachments.lock_unsettled(tx, files)
        attachments.settle(tx, files[0], like=files[0], **kept)
        attachments.settle(tx, None, like=files[0], kind="film", **kept)
        attachments.drop(tx, files[1])
    with ledger.write() as tx:
        assert not attachments.lock_unsettled(tx, files)
        assert attachments.to_fetch(tx, 2**41) == []
        assert attachments.size_of_strangers(tx) == 14
        found = attachments.of_arrivals(tx, [number])[number]
        assert [(one.kind.value, one.state.value) for one in found] == [
            ("voice", "kept"),
            ("film", "kept"),
        ]


def test_what_was_lost_is_asked_for_again_when_it_is_given_again(ledger: Ledger) -> None:
    with ledger.write() as tx:
        arrivals.keep(tx, Came(channel="mail", mark="m", kind=UNMATCHED, at=tx.now))
        attachments.offer(tx, arrivals.number_of(tx, "mail", "m"), [VOICE])
        (file,) = attachments.to_fetch(tx, 2**41)
        lost = {"state": AttachmentState.GONE.value, "tries": attachments.TRIES}
        attachments.settle(tx, file, like=file, **lost)
        assert attachments.to_fetch(tx, 2**41) == []
        attachments.renew(tx, "v1")
        assert len(attachments.to_fetch(tx, 2**41)) == 1
