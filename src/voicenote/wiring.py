"""Make the clock, ids and randomness, and the parts that need them. No other module does."""

from __future__ import annotations

import getpass
import os
import random
import socket
import tomllib
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicenote.errors import BadSettings, Problem, Unavailable, VoiceUnavailable
from voicenote.plugins import CHANNELS, EARS, FALLBACK, VOICES, WRITERS

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
    """Return the current time in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a new random id of 32 hexadecimal digits."""
    return uuid.uuid4().hex


def actor() -> str:
    """Return who acts, for the history: the current user account, or "somebody"."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "somebody"


def open_ledger(
    settings: Settings, clock: Clock = now, who: str = "", *, sends: bool = True, anew: bool = False
) -> Ledger:
    """Open or create the ledger of the settings; a new one that `sends` is this machine's sender.

    `who` acts. Raises RuleSaysNo, and creates nothing, if an earlier ledger was there and is gone;
    not with `anew`.
    """
    from voicenote.engine.missing_ledger import refuse_missing, refuse_new

    made: dict[str, str] = {}
    url = settings.ledger.address(settings.home)
    if sends and not anew:
        refuse_missing(whereabouts, url)

    def ids() -> str:  # called only when a ledger is created
        if sends and not anew:
            refuse_new(whereabouts(), url)
        return made.setdefault("id", new_id())

    ledger = open_ledger_at(url, clock, who, ids)
    if made and sends:
        whereabouts().claim(ledger)
    return ledger


def open_ledger_at(url: str, clock: Clock = now, who: str = "", ids: Ids = new_id) -> Ledger:
    """Open the ledger at a database URL, whatever the settings say, such as a restored backup."""
    from voicenote.ledger.store import open_ledger as open_

    return open_(url, clock=clock, actor=who or actor(), new_id=ids)


def whereabouts() -> MachineRecords:
    """Return the records that tell a ledger from its copies, in the account's state folder."""
    import platformdirs

    from voicenote.engine.ledger_identity import MachineRecords

    folder = platformdirs.user_state_path("voicenote", appauthor=False)
    return MachineRecords(folder / "ledgers", socket.gethostname())


def open_workspace(
    settings: Settings, *, clock: Clock = now, outbox_only: bool = False, who: str = ""
) -> Workspace:
    """Open everything the engine works with; heavy parts are made when they are first used.

    With `outbox_only` every channel is a folder: for rehearsals, which must send nothing. Raises
    BadSettings for wrong settings, except those of a channel or a voice.
    """
    from voicenote.engine.workspace import Workspace

    check(settings, plugins=False)
    return Workspace(
        home=settings.home,
        settings=settings,
        ledger=open_ledger(settings, clock, who, sends=not outbox_only),
        clock=clock,
        new_id=new_id,
        chance=random.Random(),  # noqa: S311 - only spreads retries
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
    """Raise BadSettings with every problem of the settings, each with its line in the file.

    Problems found while reading are in `settings` already (`settings.load_draft`). Without
    `plugins` the tables of channels and voices are not checked, because that needs their code.
    """
    from voicenote.engine import settings_check

    problems = [*settings.source.problems, *settings_check.schedule_problems(settings)]
    if plugins:
        problems += settings_check.voice_problems(settings, _makers(VOICES), os.environ)
        problems += settings_check.channel_problems(settings, _makers(CHANNELS))
        problems += settings_check.table_problems(settings, "writer", _makers(WRITERS))
        problems += settings_check.table_problems(settings, "ears", _makers(EARS))
    settings.source.refuse(problems)


def plans(settings: Settings) -> Mapping[str, Plan]:
    """Return the built-in plans and the owner's own. Raises BadSettings with every problem."""
    from voicenote.schedule.plans import builtin_plans, read_plan

    problems = list[Problem]()
    own = {name: read_plan(name, table, problems) for name, table in settings.plans.items()}
    settings.source.refuse(problems)
    return {**builtin_plans(), **own}


@cache
def _makers(group: str) -> Mapping[str, Callable[[], Any]]:
    """Return the usable plug-ins of a group; installed packages are searched only once."""
    from voicenote.plugins import load

    return load(group).good


def make_voice(name: str, options: Mapping[str, object]) -> Voice:
    """Make a voice by name, with those of `options` that it knows (`voice.port.read_options`).

    Raises VoiceUnavailable if there is none of that name or it cannot be loaded, and BadSettings
    for wrong options.
    """
    from voicenote.settings import find_voices
    from voicenote.voice.port import read_options

    makers = _makers(VOICES)
    if name not in makers:
        raise VoiceUnavailable(f"there is no voice {name!r}", f"known: {', '.join(makers)}")
    try:
        maker = makers[name]()
    except Unavailable as error:
        raise VoiceUnavailable(error.what, error.advice) from error
    problems = list[Problem]()
    given = {"shared": str(find_voices()), **options}
    own = read_options(maker, given, "voice", problems, os.environ)
    if problems:
        raise BadSettings(f"the voice {name} isn't set up right", str(problems[0]), problems)
    voice: Voice = maker(own)
    return voice


def describe_voices(options: Mapping[str, object]) -> list[VoiceInfo]:
    """Return the info of every voice; one that cannot be loaded is left out."""
    from voicenote.settings import find_voices
    from voicenote.voice.port import read_options

    infos, given = [], {"shared": str(find_voices()), **options}
    for load in _makers(VOICES).values():
        with suppress(Unavailable):
            maker = load()
            infos.append(maker.info(read_options(maker, given, "voice", [], os.environ)))
    return infos


def make_channel(settings: Settings, name: str, clock: Clock, kind: str | None = None) -> Channel:
    """Make the channel of that name in the settings; ``outbox`` needs no settings.

    `kind` replaces the one in the settings, without its options: for rehearsals. Raises
    BadSettings, also when it cannot be loaded.
    """
    from voicenote.delivery.outbox import Outbox
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
    try:
        maker = makers[wanted]()
    except Unavailable as error:
        raise BadSettings(error.what, error.advice) from error
    problems = list[Problem]()
    table = declared.options if declared and kind is None else {}
    options: Any = read(options_of(maker), table, f"channels.{name}", problems)
    settings.source.refuse(problems)
    channel: Channel = maker(name, root_paths(options, settings.home), clock)
    if kind is not None and declared is not None and isinstance(channel, Outbox):
        with suppress(BadSettings):
            channel.reaches = make_channel(settings, name, clock).address
    return channel


@contextmanager
def rehearsal(
    settings: Settings, start: datetime
) -> Iterator[Callable[[datetime], Iterator[Rehearsed]]]:
    """Copy the ledger into a temporary folder, and yield a function that plays the future on it.

    The copy's channels are folders, and its clock starts at `start`. The folder is in the
    workspace, so that memos can be hard links: only the ledger takes space.
    """
    from voicenote.engine.run.rehearsal import MovedClock, rehearse
    from voicenote.engine.scratch import open_scratch
    from voicenote.files import link_tree
    from voicenote.ledger.copying import copy_into
    from voicenote.settings import FILE_NAME, LedgerTable

    with open_scratch(settings.home) as folder:
        there = replace(settings, home=folder, file=folder / FILE_NAME, ledger=LedgerTable())
        with closing(open_ledger(settings)) as original:
            copy_into(original, there.home / "ledger.db")
        for name in ("memos", "recordings", "consents", "templates"):
            if (settings.home / name).is_dir():
                link_tree(settings.home / name, there.home / name)
        clock = MovedClock(start)
        with closing(open_workspace(there, clock=clock, outbox_only=True)) as ws:
            yield lambda until: rehearse(ws, clock, until)


@contextmanager
def demo(folder: Path) -> Iterator[tuple[Workspace, Iterator[StoryEvent], list[Path]]]:
    """Make a workspace of the samples in `folder`, and yield it with the story to play in it.

    It also yields the files of an earlier demo that were changed; they are kept under other names.
    Raises WrongUse for a folder that holds anything but an earlier demo.
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
        who = settings.owner.name
        with closing(open_workspace(settings, clock=clock, outbox_only=True, who=who)) as ws:
            complaints = demo_folder.sample_complaints(samples, settings, clock())
            yield ws, Story(ws, clock, story).play(complaints), kept
    finally:
        demo_folder.write_mark(folder, others)


def samples_folder() -> Path:
    """Return the folder of the samples: in the package, or beside the sources of a checkout.

    Raises Unavailable when they are missing.
    """
    package = Path(__file__).parent
    for folder in (package / "samples", package.parent.parent / "samples"):
        if (folder / "story.toml").is_file():
            return folder
    raise Unavailable("the samples are missing", "install voicenote again")
