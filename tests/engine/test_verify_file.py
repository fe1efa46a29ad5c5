"""What the ledger knows of a file by its hash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.world import Clock, World, take, told, workspace
from tests.fakes.signers import make_credentials
from voicenote.engine.case.approval import approve_cases
from voicenote.engine.memo.compose_cases import compose_cases
from voicenote.engine.memo.drafting import need_draft
from voicenote.engine.memo.render_case import broken_seal, render_cases
from voicenote.engine.memo.signing import credentials_of
from voicenote.engine.memo.verify_file import verify_file
from voicenote.engine.workspace import Workspace
from voicenote.errors import BadSettings


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    opened = workspace(tmp_path, Clock(), World(), {})
    yield opened
    opened.close()


def test_each_rendition_of_a_memo_is_known_and_when_it_was_approved(ws: Workspace) -> None:
    (number,) = take(ws, told())
    list(compose_cases(ws, [number]))
    list(render_cases(ws, [number]))
    memo = need_draft(ws, number)[1].memo
    assert memo is not None
    for rendition in ("ogg", "mp3"):
        known = verify_file(ws.home / memo.files[rendition], ws.ledger).known
        assert known is not None
        assert [(one.case, one.rendition, one.approved_at) for one in known] == [
            (number, rendition, None)
        ]
    list(approve_cases(ws, [number]))
    known = verify_file(ws.home / memo.files["ogg"], ws.ledger).known
    assert known is not None
    assert known[0].approved_at is not None


def test_a_signed_memo_leaves_as_it_was_approved_and_says_what_it_is(tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    by, root = make_credentials()
    (tmp_path / "certificate.pem").write_bytes(by.certificate)
    (tmp_path / "key").write_bytes(by.key)
    env = {
        "VOICENOTE_MARKS__CERTIFICATE": str(tmp_path / "certificate.pem"),
        "VOICENOTE_MARKS__KEY": by.key.decode(),
    }
    ws = workspace(tmp_path, Clock(), World(), env)
    (number,) = take(ws, told())
    list(compose_cases(ws, [number]))
    list(render_cases(ws, [number]))
    memo = need_draft(ws, number)[1].memo
    assert memo is not None
    assert broken_seal(ws.home, memo) is None
    for rendition in ("ogg", "mp3"):
        found = verify_file(ws.home / memo.files[rendition], ws.ledger, root)
        assert found.manifest is not None
        assert (found.manifest.valid, found.manifest.trusted) == (True, True)
        assert found.manifest.source == "algorithmicMedia"
        assert found.manifest.beside == (rendition == "ogg")
        assert found.synthetic
        assert found.known
    ws.close()


def test_a_certificate_without_a_key_is_said_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "certificate.pem").write_text("")
    for name in ("certificate.pem", "none.pem"):
        env = {"VOICENOTE_MARKS__CERTIFICATE": str(tmp_path / name)}
        ws = workspace(tmp_path, Clock(), World(), env)
        with pytest.raises(BadSettings, match=r"no key|can't be read"):
            credentials_of(ws.settings)
        ws.close()


def test_a_file_with_other_bytes_is_not_known(ws: Workspace, tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "samples" / "recording.ogg"
    assert verify_file(sample, ws.ledger).known == []
    assert verify_file(sample, None).known is None
