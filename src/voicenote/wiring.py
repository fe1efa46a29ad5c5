"""The only room that makes clocks, ids, chance and the parts that need them."""

from __future__ import annotations

import getpass
import os
import random
import socket
import tomllib
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicenote.errors import BadSettings, Problem, Unavailable, VoiceUnavailable
from voicenote.plugins import CHANNELS, FALLBACK, VOICES

if TYPE_CHECKING:
    from voicenote.delivery.port import Channel
    from voicenote.engine.ledger_identity import MachineRecords
    from voicenote.engine.run.demo_story import StoryEvent
    from voicenote.engine.run.rehearsal import Rehearsed
    from voicenote.engine.workspace import Workspace
    from voicenote.ledger.store import Ledger
    from voicenote.schedule.plans import Plan
    from voicenote.settings import Settings
    from voicenote.voice.port import Voice, VoiceInfo

Clock = Callable[[], datetime]
Ids = Callable[[], str]


def now() -> datetime:
    """Return the present, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return 32 hexadecimal digits that nobody has seen before."""
    return uuid.uuid4().hex


def actor() -> str:
    """Return who acts, for the history: the account this runs under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "somebody"


def open_ledger(
    settings: Settings,
    clock: Clock = now,
    who: str = "",
    *,
    sends: bool = True,
    anew: bool = False,
) -> Ledger:
    """Open or make the ledger of the settings; a new one that `sends` has the seat. `who` acts.

    Raises RuleSaysNo, and makes nothing, where another one was that is gone; not with `anew`.
    """
    from voicenote.engine.missing_ledger import refuse_missing, refuse_new

    made: dict[str, str] = {}
    url = settings.ledger.address(settings.home)
    if sends and not anew:
        refuse_missing(whereabouts, url)

    def ids() -> str:  # nobody asks for an id but who makes a ledger
        if sends and not anew:
            refuse_new(whereabouts(), url)
        return made.setdefault("id", new_id())

    ledger = open_ledger_at(url, clock, who, ids)
    if made and sends:
        there = whereabouts()
        there.sit(there.look(ledger))
    return ledger


def open_ledger_at(url: str, clock: Clock = now, who: str = "", ids: Ids = new_id) -> Ledger:
    """Open the ledger at a database URL, whatever the settings say: for a restored backup."""
    from voicenote.ledger.store import open_ledger as open_

    return open_(url, clock=clock, actor=who or actor(), new_id=ids)


def whereabouts() -> MachineRecords:
    """Return what tells a ledger from its copies; it remembers in the account's state folder."""
    import platformdirs

    from voicenote.engine.ledger_identity import MachineRecords

    folder = platformdirs.user_state_path("voicenote", appauthor=False)
    return MachineRecords(folder / "ledgers", socket.gethostname())


def open_workspace(
    settings: Settings, *, clock: Clock = now, outbox_only: bool = False, who: str = ""
) -> Workspace:
    """Open everything the engine works with; what is heavy is made when it is first used.

    With `outbox_only` every channel is a folder: for rehearsals, from which nothing may leave.
    Raises BadSettings for settings that are wrong, but of a channel or a voice.
    """
    from voicenote.engine.workspace import Workspace

    check(settings, plugins=False)
    return Workspace(
        home=settings.home,
        settings=settings,
        ledger=open_ledger(settings, clock, who, sends=not outbox_only),
        clock=clock,
        new_id=new_id,
        chance=random.Random(),  # noqa: S311 - it spreads retries, it guards nothing
        who=f"{socket.gethostname()}:{os.getpid()}",
        plans=plans(settings),
        make_voice=make_voice,
        describe_voices=describe_voices,
        make_channel=lambda name: make_channel(
            settings, name, clock, FALLBACK if outbox_only else None
        ),
        whereabouts=None if outbox_only else whereabouts(),
    )


def check(settings: Settings, *, plugins: bool = True) -> None:
    """Raise BadSettings with every problem of settings, each with its line in the file.

    Those of reading are in `settings` already (`settings.load_draft`). Without `plugins` the tables
    of channels and voices are not looked into: that needs their code.
    """
    from voicenote.engine import settings_check

    problems = [*settings.source.problems, *settings_check.schedule_problems(settings)]
    if plugins:
        problems += settings_check.voice_problems(settings, _makers(VOICES), os.environ)
        problems += settings_check.channel_problems(settings, _makers(CHANNELS))
    settings.source.refuse(problems)


def plans(settings: Settings) -> Mapping[str, Plan]:
    """Return the packaged plans and the owner's own. Raises BadSettings with every problem."""
    from voicenote.schedule.plans import builtin_plans, read_plan

    problems = list[Problem]()
    own = {name: read_plan(name, table, problems) for name, table in settings.plans.items()}
    settings.source.refuse(problems)
    return {**builtin_plans(), **own}


@cache
def _makers(group: str) -> Mapping[str, Callable[[], Any]]:
    """Return the plug-ins of a group; what is installed is looked through only once."""
    from voicenote.plugins import load

    return load(group).good


def make_voice(name: str, options: Mapping[str, object]) -> Voice:
    """Make a voice by name; of `options` it is given those that it has (`voice.read_options`).

    Raises VoiceUnavailable when there is none of that name, BadSettings for wrong options.
    """
    from voicenote.voice.port import read_options

    makers = _makers(VOICES)
    if name not in makers:
        raise VoiceUnavailable(f"there is no voice {name!r}", f"known: {', '.join(makers)}")
    maker, problems = makers[name](), list[Problem]()
    own = read_options(maker, options, "voice", problems, os.environ)
    if problems:
        raise BadSettings(f"the voice {name} cannot speak so", str(problems[0]), problems)
    voice: Voice = maker(own)
    return voice


def describe_voices(options: Mapping[str, object]) -> list[VoiceInfo]:
    """Return what there is to know of every voice; one that cannot be loaded is left out."""
    from voicenote.voice.port import read_options

    facts = []
    for load in _makers(VOICES).values():
        with suppress(VoiceUnavailable):
            maker = load()
            facts.append(maker.info(read_options(maker, options, "voice", [], os.environ)))
    return facts


def make_channel(settings: Settings, name: str, clock: Clock, kind: str | None = None) -> Channel:
    """Make the channel of that name in the settings; ``outbox`` needs none.

    `kind` in place of the settings' one, without its options: for rehearsals. Raises BadSettings.
    """
    from voicenote.options import options_of, read
    from voicenote.options.reading import root_paths

    declared = settings.channels.get(name)
    wanted = kind or (declared.kind if declared else name)
    makers = _makers(CHANNELS)
    if declared is None and name != FALLBACK:
        known = ", ".join(sorted({*settings.channels, FALLBACK}))
        raise BadSettings(f"there is no channel {name!r}", f"known here: {known}")
    if wanted not in makers:
        what = f"the channel {name!r} is of the kind {wanted!r}, which is not installed"
        raise BadSettings(what, f"kinds that are: {', '.join(makers)}")
    maker, problems = makers[wanted](), list[Problem]()
    table = declared.options if declared and kind is None else {}
    options: Any = read(options_of(maker), table, f"channels.{name}", problems)
    settings.source.refuse(problems)
    channel: Channel = maker(name, root_paths(options, settings.home), clock)
    return channel


@contextmanager
def rehearsal(
    settings: Settings, start: datetime
) -> Iterator[Callable[[datetime], Iterator[Rehearsed]]]:
    """Copy the ledger into a folder that is thrown away, and give what plays the future on it.

    The copy's channels are folders, and its clock begins at `start`. It is in the workspace, on
    whose disk memos can be linked: only the ledger takes room.
    """
    from voicenote.engine.run.rehearsal import MovedClock, rehearse
    from voicenote.engine.scratch import open_scratch
    from voicenote.files import link_tree
    from voicenote.ledger.copying import copy_into
    from voicenote.settings import FILE_NAME, LedgerTable

    with open_scratch(settings.home) as folder:
        there = replace(settings, home=folder, file=folder / FILE_NAME, ledger=LedgerTable())
        original = open_ledger(settings)
        try:
            copy_into(original, there.home / "ledger.db")
        finally:
            original.close()
        for name in ("memos", "recordings", "templates"):
            if (settings.home / name).is_dir():
                link_tree(settings.home / name, there.home / name)
        clock = MovedClock(start)
        ws = open_workspace(there, clock=clock, outbox_only=True)
        try:
            yield lambda until: rehearse(ws, clock, until)
        finally:
            ws.close()


@contextmanager
def demo(folder: Path) -> Iterator[tuple[Workspace, Iterator[StoryEvent], list[Path]]]:
    """Make a workspace of the samples in `folder`, and give the story that plays in it.

    Gives too what somebody changed of an earlier demo there, which is kept under another name.
    Raises WrongUse for a folder that holds something else than an earlier demo.
    """
    from voicenote.engine.admin import demo_folder
    from voicenote.engine.run.demo_story import Story
    from voicenote.engine.run.rehearsal import MovedClock
    from voicenote.files import write_whole
    from voicenote.settings import FILE_NAME, load

    samples = samples_folder()
    kept = demo_folder.clear(folder)
    others = demo_folder.others(folder)
    try:
        write_whole(folder / FILE_NAME, (samples / FILE_NAME).read_bytes())
        story = tomllib.loads((samples / "story.toml").read_text("utf-8"))
        clock = MovedClock(story["start"])
        settings = load(folder, {})
        ws = open_workspace(settings, clock=clock, outbox_only=True, who=settings.owner.name)
        try:
            complaints = demo_folder.sample_complaints(samples, ws.settings, clock())
            yield ws, Story(ws, clock, story).play(complaints), kept
        finally:
            ws.close()
    finally:
        demo_folder.write_mark(folder, others)


def samples_folder() -> Path:
    """Return where the samples are: in the package, or beside the sources of a checkout."""
    package = Path(__file__).parent
    for folder in (package / "samples", package.parent.parent / "samples"):
        if (folder / "story.toml").is_file():
            return folder
    raise Unavailable("the samples are missing", "install voicenote again")
