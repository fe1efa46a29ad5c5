"""`say`: make only the sound, for other programs, without a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicenote.cli.terminal.file_input import PIPE, language_tag, read_text
from voicenote.cli.terminal.session import Session, command
from voicenote.errors import WrongUse

if TYPE_CHECKING:
    from voicenote.sound.formats import Tags
    from voicenote.sound.piece import Spoken


@command()
@click.argument("text", required=False)
@click.option("-o", "--output", required=True, metavar="FILE", help="An .ogg, .m4a, .mp3 or .wav.")
@click.option("--file", "source", metavar="FILE", help="Say the text in this file.")
@click.option("--language", metavar="TAG", help="BCP 47; default: that of the words, else yours.")
@click.option("--voice", metavar="NAME", help="As in `voicenote voices`, or ENGINE:VOICE.")
@click.option("--rate", type=click.IntRange(40, 600), metavar="N", help="Words per minute.")
def say(
    session: Session,
    /,
    *,
    text: str | None,
    output: str,
    source: str | None,
    language: str | None,
    voice: str | None,
    rate: int | None,
) -> None:
    """Turn text into sound: TEXT, --file, or standard input (-). No workspace is needed.

    With -o - the sound goes to standard output, as Ogg/Opus. Your own name and that of your
    business are said as in your settings (say_as, business_say_as).

    With --json: {"file", "duration_s", "voice", "language", "synthetic", "sentences"}.
    """
    from voicenote.engine.memo.plain_speech import say as say_
    from voicenote.engine.memo.plain_speech import sentences_of
    from voicenote.script.said_names import say_names
    from voicenote.sound.long import write_long, write_ogg
    from voicenote.wiring import describe_voices, make_voice

    _check_place(session, output)
    session.if_stopped = "no sound was kept; run the same command again when you are ready"
    session.check()
    words = _words(session, text, source)
    tongue = _recognise(session, words) if language is None else language_tag(language)
    said_as = session.settings.owner.said_as
    sentences = tuple(say_names(one, said_as) for one in sentences_of(words, tongue))
    engine, options = _choose_engine(session, tongue, voice)
    if rate:
        options["rate"] = rate
    if engine == "recorded":  # those say what was recorded, not any text
        engine = "auto"

    def write(sounds: Iterator[Spoken], tags: Tags) -> float:
        told = session.screen.progress(sounds, "Saying", len(sentences))
        if output == PIPE:
            return write_ogg(session.screen.raw, sentences, told, tags)
        return write_long(Path(output), sentences, told, tags)

    said = say_(
        sentences,
        tongue,
        engine,
        options,
        describe_voices(options),
        make_voice,
        write,
        watermark=session.settings.sound.watermark,
    )
    session.if_stopped = ""
    data = {
        "file": output,
        "duration_s": round(said.seconds, 2),
        "voice": said.voice,
        "language": tongue,
        "synthetic": True,
        "sentences": len(sentences),
    }
    line = f"{said.seconds:.1f} s by {said.voice}, {said.why}."
    if output == PIPE:
        session.screen.note(line)
    else:
        session.screen.show(data, lambda: f"{output}: {line}")


def _recognise(session: Session, words: str) -> str:
    """Return the owner's language, or another one that the words are surely in, and say so."""
    from babel import Locale

    from voicenote.voice.port import primary
    from voicenote.word_language import detect_language

    own = session.settings.owner.language
    found = detect_language(" ".join(words.split()))
    if not found or found == primary(own):
        return own
    name = Locale.parse(found).get_display_name("en")
    session.screen.note(
        f"These words look {name}, so a voice for that says them; --language {own} keeps yours."
    )
    return found


def _check_place(session: Session, output: str) -> None:
    """Raise WrongUse unless the sound can be written there."""
    if output == PIPE:
        if session.json:
            raise WrongUse("--json and the sound can't both go to standard output", "add -o FILE")
        return
    if Path(output).is_dir():
        name = Path(output) / "hello.ogg"
        raise WrongUse(f"{output} is a folder", f"name a file in it, such as {name}")
    if not Path(output).absolute().parent.is_dir():
        raise WrongUse(
            f"the folder of {output} doesn't exist", "create it first, or choose another"
        )


def _choose_engine(
    session: Session, language: str, given: str | None
) -> tuple[str, dict[str, object]]:
    """Return the engine and its options: as given, else from the settings."""
    from voicenote.engine.memo.voice_choice import voice_options

    owner = session.settings.owner.name
    wish = session.settings.voice.of(language, owner).engine
    options = voice_options(session.settings, language, owner)
    engine, _, name = (given or wish).partition(":")
    if engine != wish:  # another engine has other voices
        options.pop("voice", None)
        options.pop("rate", None)
    if name:
        options["voice"] = name
    return engine, options


def _words(session: Session, text: str | None, source: str | None) -> str:
    """Return the text to say. Raises WrongUse for two sources, or for none."""
    if text is not None and source is not None:
        raise WrongUse("TEXT and --file are both given", "give one of them")
    if source is None and text is None and session.screen.interactive:
        raise WrongUse("there is nothing to say", 'such as: voicenote say "Hello." -o hello.ogg')
    if source is not None:
        return read_text(source, session.stdin)
    return read_text(PIPE, session.stdin) if text in (None, PIPE) else str(text)
