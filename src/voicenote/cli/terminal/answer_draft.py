"""The answers of a sitting that isn't finished, kept in the workspace."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from voicenote.cli.terminal.session import Session
from voicenote.counting import count_of
from voicenote.files import make_folder, open_beside

#: The file in the workspace. It is private, and removed when its case is in the ledger.
FILE_NAME = "unfinished-answers.json"
#: The answer that names the recording in which the customer complained.
RECORDING = "recording"


@dataclass(slots=True)
class AnswerDraft:
    """Answers by field, of the `owner` and of the `case`; every change is written at once.

    It tells the session what is kept if it is stopped now, and says so only if it is true.
    """

    session: Session
    owner: dict[str, str] = field(default_factory=dict)
    case: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return self.session.home / FILE_NAME

    def save(self) -> None:
        """Write it. A disk that takes no more doesn't end the sitting; it is told at its end."""
        data = json.dumps({"owner": self.owner, "case": self.case}, ensure_ascii=False, indent=1)
        kept = count_of(len(self.owner) + len(self.case.keys() - {"ref", RECORDING}), "answer")
        try:
            make_folder(self.file.parent)
            with open_beside(self.file) as stream:
                stream.write(data.encode())
        except OSError as error:
            self.session.tell_kept(f"your answers are not kept: {error.strerror or error}")
            return
        self.session.tell_kept(f"{kept} kept; voicenote new goes on from there")

    def forget_owner(self) -> None:
        """Forget who the owner is: it is in the settings now."""
        self.owner = {}
        if self.case:
            self.save()
        else:
            self.remove()

    def remove(self) -> None:
        """Forget the answers, and their file."""
        self.owner, self.case = {}, {}
        with suppress(OSError):
            self.file.unlink(missing_ok=True)
        self.session.tell_kept("")


def load_draft(session: Session) -> AnswerDraft:
    """Return the answers that a workspace keeps; none when there are none that can be read."""
    draft = AnswerDraft(session)
    try:
        kept = json.loads(draft.file.read_text("utf-8"))
        parts = {name: dict(kept[name]) for name in ("owner", "case")}
    except (OSError, ValueError, KeyError, TypeError):
        return draft
    for name, answers in parts.items():
        if all(isinstance(one, str) for pair in answers.items() for one in pair):
            setattr(draft, name, answers)
    return draft
