"""A channel's log-in in a browser: what is kept, when it ends, and what each refusal means."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.made import make_channel
from voicenote.delivery.email import login_flows
from voicenote.delivery.email.login_flows import LoginSettings
from voicenote.delivery.email.login_record import LoginRecord
from voicenote.delivery.email.login_session import LoginSession, explain
from voicenote.delivery.email.mail import Mail
from voicenote.delivery.port import LoginPage
from voicenote.errors import BadSettings, Postponed, RuleSaysNo, Unavailable
from voicenote.options import Secret
from voicenote.options.secret_storage import keep_again

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
GIVEN = {"host": "smtp.gmail.com", "user": "ada@gmail.com", "login": "google", "client_id": "c"}
ANSWER = {"access_token": "new", "expires_in": 3600}


class Nobody:
    """Steps of a log-in that nobody is asked for."""

    def show(self, page: LoginPage) -> bool:
        raise AssertionError(page)

    def paste(self) -> str:
        raise AssertionError


def session(place: Path, record: LoginRecord | None = None, kind: str = "google") -> LoginSession:
    if record:
        place.write_text(record.to_text())
    login = LoginSettings(kind=kind, client_id="c")
    return LoginSession("mail", login, "ada@gmail.com", Secret("file", str(place), {}), lambda: NOW)


@given(st.text(), st.text(), st.text(), MOMENTS, MOMENTS)
def test_what_is_kept_is_read_back(
    refresh: str, access: str, refused: str, good: datetime | None, ends: datetime | None
) -> None:
    record = LoginRecord(
        refresh_token=refresh, access_token=access, refused=refused, good_until=good, ends=ends
    )
    assert LoginRecord.from_text(record.to_text()) == record
    assert f"{record!r}".count("token") == 0


@pytest.mark.parametrize("text", ["", "x", "[]", "3", '{"ends": "soon"}', '{"good_until": 1}'])
def test_what_is_broken_is_told_and_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "kept").write_text(text + " ")
    broken = session(tmp_path / "kept")
    with pytest.raises(Postponed, match="is not logged in at Google") as caught:
        broken.access_token()
    assert "voicenote channels login mail" in caught.value.advice + broken.missing


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        ({}, None),
        ({"refresh_token_expires_in": 604799}, NOW + timedelta(seconds=604799)),
        ({"refresh_token_expires_in": "x"}, None),
        ({"refresh_token_expires_in": -1}, None),
    ],
)
def test_the_end_is_what_the_provider_says(answer: dict[str, Any], ends: datetime | None) -> None:
    assert LoginRecord.of_answer(ANSWER | answer, NOW).ends == ends


def test_a_renewal_keeps_what_the_provider_says_no_more() -> None:
    """Google gives no new refresh token, and tells the end only once."""
    ends = NOW + timedelta(days=3)
    before = LoginRecord(refresh_token="kept", ends=ends)  # noqa: S106  not a real one
    after = LoginRecord.of_answer(ANSWER, NOW, before)
    assert (after.refresh_token, after.access_token, after.ends) == ("kept", "new", ends)


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (timedelta(days=3), ""),
        (timedelta(hours=47), "ends in 47 hours"),
        (timedelta(minutes=20), "ends within the hour"),
        (timedelta(hours=-1), "has ended"),
    ],
)
def test_the_end_is_told_two_days_before(tmp_path: Path, left: timedelta, told: str) -> None:
    warning = session(tmp_path / "kept", LoginRecord(access_token="a", ends=NOW + left)).warning  # noqa: S106
    assert bool(warning) == bool(told)
    if warning:
        assert warning[0].endswith(told)
        assert warning[1] == "voicenote channels login mail"


@pytest.mark.parametrize(("minutes", "renewed"), [(6, False), (4, True), (-1, True)])
def test_a_token_is_renewed_five_minutes_before_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minutes: int, *, renewed: bool
) -> None:
    monkeypatch.setattr(login_flows, "renew", lambda *_: ANSWER)
    record = LoginRecord(access_token="old", good_until=NOW + timedelta(minutes=minutes))  # noqa: S106
    token = session(tmp_path / "kept", record).access_token()
    assert token == ("new" if renewed else "old")


@pytest.mark.parametrize(
    ("error", "ended"),
    [("invalid_grant", True), ("interaction_required", True), ("invalid_client", False),
     ("temporarily_unavailable", False), ("", False)],
)  # fmt: skip
def test_only_some_refusals_end_a_log_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str, *, ended: bool
) -> None:
    """After the others the next run asks again, with the same refresh token."""
    monkeypatch.setattr(login_flows, "renew", lambda *_: {"error": error})
    there = session(tmp_path / "kept", LoginRecord(refresh_token="r"))  # noqa: S106  the same
    with pytest.raises(Postponed) as caught:
        there.access_token()
    assert caught.value.advice
    assert bool(there.missing) == ended
    assert ('"r"' in (tmp_path / "kept").read_text()) != ended


@pytest.mark.parametrize(
    ("error", "said"),
    [("access_denied", "did not agree"), ("authorization_declined", "did not agree"),
     ("expired_token", "in time"), ("mismatching_state", "another log-in"),
     ("invalid_client", "this client"), ("odd", "odd")],
)  # fmt: skip
def test_each_refusal_says_what_to_do(error: str, said: str) -> None:
    what, advice = explain({"error": error})
    assert said in what
    assert advice


def test_a_log_in_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    assert "voicenote channels login mail" in session(tmp_path / "none").missing
    place = {"login_token": Secret("file", str(tmp_path / "none"), {})}
    mail = make_channel(Mail, "mail", {**GIVEN, **place}, lambda: NOW)
    assert not mail.info.ready


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msal", None)
    with pytest.raises(Unavailable, match="not installed") as caught:
        login_flows.renew(LoginSettings(kind="google", client_id="c"), "r")
    assert "voicenote[login]" in caught.value.advice


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "needs user, client_id and login_token"),
        ({"login_token": Secret("env", "T", {})}, "nothing can be written there"),
        (
            {"login_token": Secret("file", "f", {}), "password": Secret("env", "P", {})},
            "both a log-in",
        ),
    ],
)
def test_settings_that_conflict_are_told(more: dict[str, object], said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        make_channel(Mail, "mail", {**GIVEN, **more}, lambda: NOW)
    assert said in " ".join(map(str, caught.value.problems))


def test_a_channel_without_a_log_in_has_none_to_renew() -> None:
    mail = make_channel(Mail, "mail", {"host": "smtp.example.com"}, lambda: NOW)
    assert mail.info.ready
    with pytest.raises(RuleSaysNo, match="by a browser"):
        mail.log_in(Nobody())


def test_nothing_is_written_to_a_variable() -> None:
    with pytest.raises(Unavailable, match="nothing can be written"):
        keep_again(Secret("env", "T", {}), "x")
