"""A channel's log-in: gives access tokens, renews them, and keeps what it needs for that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from voicenote.counting import count_of
from voicenote.delivery.email import login_flows
from voicenote.delivery.email.login_flows import LoginSettings
from voicenote.delivery.email.login_record import LoginRecord
from voicenote.delivery.port import LoginSteps
from voicenote.delivery.server_text import plain
from voicenote.errors import BadSettings, Postponed, RuleSaysNo, Unavailable, VoicenoteError
from voicenote.files import FILE, make_folder
from voicenote.options import Secret
from voicenote.options.secret_storage import keep_again

#: Seconds to wait for another process that renews the same log-in.
_PATIENCE_S = 60.0
#: Answers to a refresh token after which only a new log-in helps.
_ENDED = ("invalid_grant", "interaction_required", "consent_required", "login_required")
#: A provider's error → what happened, and what to do.
_REASONS = {
    "access_denied": ("you, or your organisation, did not agree", "log in again and agree"),
    "expired_token": ("nobody logged in in time", "log in again"),
    "invalid_grant": ("the code was no longer valid", "log in again"),
    "mismatching_state": ("the answer belongs to another log-in", "log in again"),
    "missing_code": (
        "what you pasted doesn't have the code in it",
        "log in again, and paste all of it",
    ),
    "insecure_transport": ("what you pasted isn't an address", "paste all of the address"),
    "invalid_client": ("it doesn't know this client", "check client_id and client_secret"),
    "unauthorized_client": (
        "this client may not log in so",
        "allow public client flows in its registration, and check client_id",
    ),
    "invalid_scope": ("it gave fewer rights than are needed", "agree to all of them"),
}
_REASONS |= {
    "authorization_declined": _REASONS["access_denied"],
    "code_expired": _REASONS["expired_token"],
}
#: Errors whose own words, mostly of a library, would say no more.
_CLEAR = ("access_denied", "mismatching_state", "missing_code", "insecure_transport")


class LoginSession:
    """The log-in of one channel, kept at `place`: a file or an entry of the keyring."""

    def __init__(
        self,
        channel: str,
        login: LoginSettings,
        user: str,
        place: Secret,
        clock: Callable[[], datetime],
    ) -> None:
        self.login = login
        self._channel, self._user, self._place, self._clock = channel, user, place, clock
        self._known: LoginRecord | None = None

    @property
    def cure(self) -> str:
        """The command that logs in again."""
        return f"log in again: {self._command}"

    @property
    def _command(self) -> str:
        return f"voicenote channels login {self._channel}"

    @property
    def missing(self) -> str:
        """The log-in that is needed, and how; "" while there is one."""
        try:
            record = self._read()
        except Unavailable:
            return ""  # a locked keyring may open again
        except BadSettings:
            return f"a log-in at {self.login.who}: {self._command}"
        if not record.refused:
            return ""
        ended = f"{self.login.who} has ended the last one: {record.refused}"
        return f"a new log-in: {self._command} ({ended})"

    @property
    def warning(self) -> tuple[str, str] | None:
        """What is to be said before the log-in ends, and what to do."""
        try:
            record = self._read()
        except VoicenoteError:
            return None
        if record.ends is None or not record.ends_soon(now := self._clock()):
            return None
        hours = int((record.ends - now) / timedelta(hours=1))
        when = f"ends in {count_of(hours, 'hour')}" if hours > 0 else "ends within the hour"
        when = "has ended" if record.ends <= now else when
        return f"the log-in of {self._channel} at {self.login.who} {when}", self._command

    def access_token(self, *, anew: bool = False) -> str:
        """Return an access token, renewed if it is about to end; with `anew` in any case.

        Raises Postponed, which says what to do.
        """
        seen = self._get()
        if seen.good_at(self._clock()) and not anew:
            return seen.access_token
        with _lock(self._place):  # a refresh token may be good only once
            self._known = None
            now = self._get()
            if now.good_at(self._clock()) and (not anew or now.access_token != seen.access_token):
                return now.access_token
            return self._renew(now)

    def log_in(self, steps: LoginSteps) -> None:
        """Let the owner log in anew, and keep it. Raises RuleSaysNo and Unavailable."""
        record = new_login(self.login, self._user, steps, self._clock())
        with _lock(self._place):
            self._keep(record)

    def _keep(self, record: LoginRecord) -> None:
        keep_again(self._place, record.to_text())
        self._known = record

    def _renew(self, record: LoginRecord) -> str:
        if record.refused:
            raise Postponed(self._ended(record), self.cure)
        try:
            answer = login_flows.renew(self.login, record.refresh_token)
            if "access_token" in answer:
                made = LoginRecord.of_answer(answer, self._clock(), record)
                self._keep(made)
                return made.access_token
            error = str(answer.get("error", ""))
            if error in _ENDED:
                record = LoginRecord(refused=plain(error))
                self._keep(record)
                raise Postponed(self._ended(record), self.cure)
        except VoicenoteError as error:
            raise Postponed(error.what, error.advice) from error
        what, advice = explain(answer)
        raise Postponed(f"{self.login.who} did not renew the log-in: {what}", advice)

    def _ended(self, record: LoginRecord) -> str:
        return f"{self.login.who} has ended the log-in of {self._channel} ({record.refused})"

    def _get(self) -> LoginRecord:
        """Return what is kept; raises Postponed."""
        try:
            return self._read()
        except BadSettings as error:
            what = f"{self._channel} is not logged in at {self.login.who}: {error.what}"
            raise Postponed(what, self.cure) from error
        except VoicenoteError as error:
            raise Postponed(error.what, error.advice) from error

    def _read(self) -> LoginRecord:
        """Return what is kept, read again when another log-in may have mended it."""
        known = self._known
        if known and not known.refused and not known.ends_soon(self._clock()):
            return known
        try:
            self._known = LoginRecord.from_text(self._place.reveal())
        except ValueError as error:
            raise BadSettings(f"what is kept of it is broken ({error})", self.cure) from None
        return self._known


def new_login(login: LoginSettings, user: str, steps: LoginSteps, now: datetime) -> LoginRecord:
    """Let the owner log in, and return what is to be kept. Raises RuleSaysNo and Unavailable."""
    answer = login_flows.ask(login, user, steps)
    if "access_token" not in answer:
        what, advice = explain(answer)
        raise RuleSaysNo(f"{login.who} did not log you in: {what}", advice)
    record = LoginRecord.of_answer(answer, now)
    if not record.refresh_token:
        raise RuleSaysNo(
            f"{login.who} gave no lasting log-in", "remove voicenote's access there, and try again"
        )
    return record


def explain(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a provider's answer without tokens means, and what to do. Pure."""
    error = str(answer.get("error", "")) or "no reason given"
    told = plain(str(answer.get("error_description", ""))).partition("\n")[0][:200]
    what, advice = _REASONS.get(error, (plain(error), "check client_id and authority"))
    return (f"{what} ({told})" if told and error not in _CLEAR else what), advice


@contextmanager
def _lock(place: Secret) -> Iterator[None]:
    """Be the only one that changes what is kept at `place`. Raises Postponed."""
    import platformdirs
    from filelock import FileLock, Timeout

    folder = platformdirs.user_state_path("voicenote", appauthor=False) / "logins"
    mark = hashlib.sha256(place.reference.encode()).hexdigest()[:16]
    lock = FileLock(folder / f"{mark}.lock", timeout=_PATIENCE_S, mode=FILE)
    try:
        make_folder(folder)
        lock.acquire()
    except (OSError, Timeout) as error:
        what = f"the log-in can't be renewed now ({type(error).__name__})"
        raise Postponed(what, f"a later run tries again; look at {folder}") from error
    try:
        yield
    finally:
        lock.release()
