"""The questions of `channels add telegram` and `channels add whatsapp`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from voicenote.cli.terminal.channel_secrets import Credential, hold_secret, refer_to
from voicenote.cli.terminal.email_dialog import ask_what_now, show_dialled
from voicenote.cli.terminal.session import Session
from voicenote.delivery.port import Dialled
from voicenote.engine.admin.chat_setup import (
    QUESTIONS,
    SettingQuestion,
    check_value,
    dial_new,
    find_option,
    is_secret,
)
from voicenote.errors import WrongUse

#: What can be done when the server doesn't let us in.
AFTER = {
    "again": "answer again",
    "anyway": "write it as it is",
    "quit": "change nothing",
}


def read_given(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return the settings that were given as ``KEY=VALUE``. Raises WrongUse."""
    given = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise WrongUse(f"{pair!r} isn't a setting", "write it such as --set phone_id=1234")
        given[key.strip()] = value.strip()
    return given


def set_up_chat(
    session: Session, kind: str, name: str, given: Mapping[str, str], *, tried: bool
) -> tuple[dict[str, Any], list[Dialled]]:
    """Ask what isn't given, and try the server until it lets us in or the owner ends it.

    Returns the table to write, with each secret kept, and how it went. Raises as `set_up_email`.
    """
    from voicenote.wiring import now

    answers: dict[str, Credential | object] = {}
    for key, value in given.items():
        option = find_option(kind, key)
        known = refer_to(session, key, value) if is_secret(option) else check_value(option, value)
        answers[key] = known
    plain = dict(given)
    while True:
        for question in QUESTIONS[kind]:
            _note(session, kind, name, plain)
            if question.key in answers or _is_needless(question, answers):
                continue
            answer = _ask(session, kind, name, question)
            if answer and not isinstance(answer, Credential):
                plain[question.key] = str(answer)
            answers[question.key] = answer
        _note(session, kind, name, plain)
        results = dial_new(kind, name, _revealed(answers), now) if tried else []
        show_dialled(session, results)
        failed = [one for one in results if one.error]
        if not failed or ask_what_now(session, failed, AFTER) == "anyway":
            return _keep(kind, answers), results
        for question in QUESTIONS[kind]:
            answers.pop(question.key, None)
            plain.pop(question.key, None)


def _ask(session: Session, kind: str, name: str, question: SettingQuestion) -> Credential | object:
    screen, option = session.screen, find_option(kind, question.key)
    if not screen.interactive:
        value = "env:NAME" if is_secret(option) else "…"
        raise WrongUse(
            "without a terminal, nobody can answer questions", f"add --set {question.key}={value}"
        )
    if is_secret(option):
        value = screen.ask_hidden(f"{question.text} (it is not shown)", needed=question.needed)
        return value and hold_secret(session, question.key, name, question.key, value)
    while True:
        typed = screen.ask(question.text, needed=question.needed)
        try:
            return check_value(option, typed)
        except WrongUse as error:
            screen.warn(error.in_one_line)


def _is_needless(question: SettingQuestion, answers: Mapping[str, object]) -> bool:
    return bool(
        (question.unless and answers.get(question.unless))
        or (question.only_with and not answers.get(question.only_with))
    )


def _revealed(answers: Mapping[str, Credential | object]) -> dict[str, object]:
    """Return the answers with the secrets themselves, to try the channel."""
    return {
        key: one.secret if isinstance(one, Credential) else one
        for key, one in answers.items()
        if one
    }


def _keep(kind: str, answers: Mapping[str, Credential | object]) -> dict[str, Any]:
    """Store the secrets, and return the table of the channel."""
    kept = {
        key: one.keep() if isinstance(one, Credential) else one
        for key, one in answers.items()
        if one
    }
    return {"kind": kind, **kept}


def _note(session: Session, kind: str, name: str, plain: Mapping[str, str]) -> None:
    """Keep what Ctrl-C shows: the command that goes on from here. It holds no secret."""
    more = "".join(f" --set {shlex.quote(f'{key}={value}')}" for key, value in plain.items())
    command = f"voicenote channels add {kind} --name {name}{more}"
    session.if_stopped = f"nothing was changed; to go on: {command}"
