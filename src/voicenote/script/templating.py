"""Rendering of templates: a template and its values in, sentences out.

A template is text: section names in brackets on lines of their own, and below each one sentence
per line. Jinja's sandbox fills it in; an unknown name is an error. One rendering gives the written
and the spoken form: values are marks (`placeholders`) until the lines have been split.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from jinja2 import Template, TemplateError, TemplateNotFound

from voicenote.errors import BadData, Problem, WrongUse
from voicenote.model.sentences import Section, Sentence
from voicenote.script.addressing import (
    NEUTRAL,
    Forms,
    Wordings,
    inflect,
    read_wordings,
)
from voicenote.script.fitting import RankedSentence
from voicenote.script.languages import Language, language, packaged_languages
from voicenote.script.placeholders import (
    MARKS,
    Placeholders,
    TemplateValue,
    mark_numbers,
    refuse_plain_values,
)
from voicenote.script.spoken import spell_out, total_weight
from voicenote.script.template_sources import (
    HEADING,
    SUFFIX,
    Stamp,
    environment,
    packaged_names,
    packaged_source,
    stamp_of,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
#: What a template can make Jinja raise when it is compiled or filled in.
_OF_A_TEMPLATE = (
    TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip

_ENDED_TWICE = re.compile(r"\.\Z(?:(?<=[?…؟]\.)|(?<=[?…؟][\"”’»“]\.))")
_RANK = re.compile(r"~(\d{1,2})\s+")

#: A wording: its sentence if it has no marks, section, rank, texts between marks, their numbers.
Split = tuple[RankedSentence | None, Section, int, tuple[str, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates in the owner's own `folders`, and then the packaged ones."""

    folders: tuple[Path, ...] = ()

    @property
    def stamp(self) -> Stamp:
        """The state of the own templates; it changes when one of them does."""
        return stamp_of(self.folders)

    @property
    def has_own(self) -> bool:
        """Whether there may be own templates."""
        return any(folder.is_dir() for folder in self.folders)

    def languages(self) -> frozenset[str]:
        """Return the languages that have at least one template."""
        return _languages(self.folders)

    def names(self, language: str) -> tuple[str, ...]:
        """Return the names of the templates in `language`, sorted."""
        own = (file for folder in self.folders for file in (folder / language).glob(f"*{SUFFIX}"))
        names = {file.stem for file in own}
        if language in packaged_languages():
            names |= packaged_names()
        return tuple(sorted(name for name in names if not name.startswith("_")))

    def source(self, language: str, name: str) -> str:
        """Return the complete text of a template, or of a part that others include.

        Raises WrongUse when there is none, BadData when it isn't UTF-8 text.
        """
        well_named = _NAME.match(language) and _NAME.match(name.removeprefix("_"))
        for folder in self.folders if well_named else ():
            if (file := folder / language / f"{name}{SUFFIX}").is_file():
                try:
                    return file.read_text(encoding="utf-8")
                except UnicodeDecodeError as error:
                    raise _not_text(language, name) from error
        if text := packaged_source(language, name):
            return text
        raise WrongUse(*self._not_there(language, name))

    def render(
        self,
        tongue: Language,
        name: str,
        values: Mapping[str, TemplateValue],
        placeholders: Placeholders,
        seed: int = 0,
        forms: Forms = NEUTRAL,
    ) -> tuple[RankedSentence, ...]:
        """Return the sentences of a filled-in template, one per line, with their sections.

        `seed` chooses among wordings: the same one always chooses the same. Raises BadData, naming
        file and line, when there is no such template or it is broken; TypeError for a value that is
        plain text.
        """
        _check_name(tongue.code, name)
        return self._render(tongue, name, values, placeholders, seed, forms)

    def _render(
        self,
        tongue: Language,
        name: str,
        values: Mapping[str, TemplateValue],
        placeholders: Placeholders,
        seed: int = 0,
        forms: Forms = NEUTRAL,
    ) -> tuple[RankedSentence, ...]:
        code, given = tongue.code, tuple(values.items())
        shape = _fill_shape(self, self.stamp, code, name, given, forms)
        slots, facts = placeholders.values, placeholders.facts
        made = []
        try:
            for ways, key in shape:
                way = ways[crc32(key, seed) % len(ways)] if ways[1:] else ways[0]
                shared, section, rank, pieces, marks = way
                if shared:
                    made.append(shared)
                    continue
                said = tuple([slots[mark] for mark in marks])
                sentence = _sentence(section, pieces, said, code)
                named = tuple([facts[mark] for mark in marks if facts[mark]])
                own = sum([total_weight(spoken) for _, spoken, personal in said if personal])
                weight = total_weight(sentence.said)
                made.append(RankedSentence(sentence, weight, rank, named, own))
        except IndexError as error:
            raise BadData("a template makes private-use characters", "remove them") from error
        return tuple(made)

    def disclosure(self, tongue: Language, *, partly: bool) -> tuple[Sentence, ...]:
        """Return the disclosure of a synthetic voice, or of a partly synthetic one.

        Raises BadData when the template of the line is broken.
        """
        return _disclosure(self, self.stamp, tongue.code, partly=partly)

    def find(self, language: str, name: str) -> Template:
        """Return the compiled template. Raises BadData when it is missing or broken."""
        _check_name(language, name)
        return self._compile(language, name)

    def _compile(self, language: str, name: str) -> Template:
        wanted = f"{language}/{name}{SUFFIX}"
        try:
            return environment(self.folders, self.stamp).get_template(wanted)
        except TemplateNotFound as error:
            if error.name != wanted:
                raise _template_error(error, wanted) from error
            raise BadData(*self._not_there(language, name)) from error
        except UnicodeDecodeError as error:
            raise _not_text(language, name) from error
        except _OF_A_TEMPLATE as error:
            raise _template_error(error, wanted) from error

    def _not_there(self, language: str, name: str) -> tuple[str, str]:
        known = ", ".join(self.names(language)) or "none"
        return f"there is no template {name!r} in {language!r}", f"there are: {known}"


@lru_cache(maxsize=64)
def _disclosure(
    templates: Templates, stamp: Stamp, code: str, *, partly: bool
) -> tuple[Sentence, ...]:
    del stamp  # only part of the cache's key
    values = {"synthetic": True, "partly": partly}
    made = templates._render(language(code), "_disclose", values, Placeholders())
    return tuple(one.sentence for one in made)


def _check_name(language: str, name: str) -> None:
    if not _NAME.match(name) or not _NAME.match(language):
        raise BadData(f"{name!r} isn't a name of a template", "use small letters and hyphens")


def _not_text(language: str, name: str) -> BadData:
    return BadData(f"{language}/{name}{SUFFIX} isn't UTF-8 text", "save it as UTF-8")


@lru_cache(maxsize=16)
def _languages(folders: tuple[Path, ...]) -> frozenset[str]:
    files = (file for folder in folders for file in folder.glob(f"*/*{SUFFIX}"))
    own = {file.parent.name for file in files if not file.name.startswith("_")}
    return packaged_languages() | own


def _template_error(error: Exception, file: str) -> BadData:
    line = getattr(error, "lineno", None)
    place = getattr(error, "filename", None) or file
    for frame in traceback.extract_tb(error.__traceback__):
        if line is None and frame.filename.endswith(SUFFIX):
            place, line = frame.filename, frame.lineno
    what = getattr(error, "message", None) or str(error)
    problem = Problem(what, "correct the template", str(place), line)
    return BadData(
        f"a template is broken: {place}:{line or '?'}: {what}", problem.advice, [problem]
    )


@lru_cache(maxsize=4096)
def _fill_shape(
    templates: Templates,
    stamp: Stamp,
    code: str,
    name: str,
    given: tuple[tuple[str, TemplateValue], ...],
    forms: Forms,
) -> tuple[tuple[tuple[Split, ...], bytes], ...]:
    """Return all wordings of each line of a template for values of this shape, with its key.

    It is cached: two cases share the lines if the same things are known about them.
    """
    del stamp  # only part of the cache's key
    values = dict(given)
    refuse_plain_values(values)
    template = templates._compile(code, name)
    try:
        filled = template.render(values)
    except _OF_A_TEMPLATE as error:
        raise _template_error(error, str(template.filename)) from error
    return tuple(
        (tuple([_split_line(section, rank, one, forms, code) for one in ways]), key)
        for section, rank, (ways, key) in _cut_lines(filled)
    )


def _cut_lines(filled: str) -> Iterator[tuple[Section, int, Wordings]]:
    """Yield the section, the rank and the wordings of each line, with marks still in them."""
    section: Section | None = None
    for line in filled.splitlines():
        raw = " ".join(line.split())
        if not raw:
            continue
        if found := HEADING.match(raw):
            try:
                section = Section(found.group(1))
            except ValueError as error:
                what = f"a template makes a heading {raw!r}, and there is no such section"
                raise BadData(what, "write its headings as they are") from error
            continue
        if section is None:
            raise BadData(f"a template says {raw!r} before its first section", "add a [section]")
        rank = _RANK.match(raw)
        wordings = read_wordings(raw[rank.end() :] if rank else raw)
        yield section, int(rank[1]) if rank else 0, wordings


@lru_cache(maxsize=8192)
def _split_line(section: Section, rank: int, wording: str, forms: Forms, code: str) -> Split:
    line = inflect(wording, forms)
    pieces, marks = tuple(MARKS.split(line)), mark_numbers(line)
    if marks:
        return None, section, rank, pieces, marks
    sentence = _sentence(section, pieces, (), code)
    shared = RankedSentence(sentence, total_weight(sentence.said), rank)
    return shared, section, rank, pieces, marks


@lru_cache(maxsize=16384)
def _sentence(
    section: Section, pieces: tuple[str, ...], slots: tuple[tuple[str, str, bool], ...], code: str
) -> Sentence:
    text = spoken = pieces[0]
    for (paper, aloud, _), rest in zip(slots, pieces[1:], strict=True):
        text += paper + rest
        spoken += aloud + rest
    text, spoken = _end_once(text), _end_once(spell_out(spoken, language(code)))
    if not pieces[0]:  # it begins with a value, such as a promise's own words
        text, spoken = text[:1].upper() + text[1:], spoken[:1].upper() + spoken[1:]
    personal = any(slot[2] for slot in slots)
    return Sentence(section, text, personal=personal, spoken="" if spoken == text else spoken)


def _end_once(text: str) -> str:
    """Return `text` without the full stop after a quotation that ends in "?" or "…"."""
    return text[:-1] if _ENDED_TWICE.search(text, len(text) - 1) else text
