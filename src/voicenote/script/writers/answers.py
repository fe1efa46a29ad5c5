"""Reading of what writers answer: JSON, then sentences. What isn't of the asked form is BadData."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from voicenote.errors import BadData
from voicenote.model.sentences import Section, Sentence
from voicenote.script.habits import split_sentences
from voicenote.script.languages import language
from voicenote.script.quoting import to_one_line
from voicenote.script.spoken import spell_out

#: The most sentences of a script, and the most characters of one of them.
MOST_SENTENCES, MOST_CHARACTERS = 60, 600
#: The sections that a writer may fill; the disclosure of a voice isn't its to write.
WRITABLE = tuple(one for one in Section if one is not Section.DISCLOSE)
#: The sections of a script whose words may be the writer's. The others greet, promise and tell what
#: comes next: those words are the owner's (R22).
OWN_WORDS = (
    Section.MIRROR,
    Section.VALIDATE,
    Section.OWN,
    Section.EMPATHISE,
    Section.INVITE,
)
_QUOTING = '“„«"'
_ADVICE = "answer with one JSON object of the schema, and nothing else"


def script_schema(sections: tuple[Section, ...] = WRITABLE) -> dict[str, Any]:
    """Return the JSON schema of an answer with sentences in these sections."""
    one = {
        "type": "object",
        "properties": {
            "section": {"type": "string", "enum": [section.value for section in sections]},
            "sentences": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["section", "sentences"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"sections": {"type": "array", "items": one}},
        "required": ["sections"],
        "additionalProperties": False,
    }


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text, which may be fenced. Raises BadData."""
    told = text.strip()
    if told.startswith("```") and told.endswith("```"):
        told = told[3:-3].partition("\n")[2]
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        raise BadData("the writer's answer isn't JSON", _ADVICE) from None
    if not isinstance(found, dict):
        raise BadData("the writer's answer isn't a JSON object", _ADVICE)
    return found


def read_sentences(
    answer: Mapping[str, Any], code: str, sections: tuple[Section, ...] = WRITABLE
) -> tuple[Sentence, ...]:
    """Return the sentences of an answer in the order of the sections, each personal.

    `code` is the language. What is in a section that isn't among `sections` isn't asked for, and is
    passed over. Raises BadData for anything but sentences in sections.
    """
    rows = answer.get("sections")
    if not isinstance(rows, list) or not rows:
        raise BadData("the writer's answer has no sections", _ADVICE)
    found = [one for row in rows for one in _read_row(row, code, sections)]
    if not found:
        raise BadData("the writer's answer has no sentence", _ADVICE)
    if len(found) > MOST_SENTENCES:
        raise BadData(
            f"the writer's answer has {len(found)} sentences", f"at most {MOST_SENTENCES}"
        )
    order = list(Section)
    return tuple(sorted(found, key=lambda one: order.index(one.section)))


def _read_row(row: object, code: str, sections: tuple[Section, ...]) -> Iterator[Sentence]:
    name = row.get("section") if isinstance(row, Mapping) else None
    said = row.get("sentences") if isinstance(row, Mapping) else None
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise BadData("a section of the writer's answer has no list of sentences", _ADVICE)
    if not isinstance(name, str) or name not in WRITABLE:
        known = ", ".join(section.value for section in sections)
        raise BadData(f"the writer's answer has a section {str(name)[:40]!r}", f"known: {known}")
    if name not in sections:
        return
    for text in said:
        if len(text) > MOST_CHARACTERS:
            raise BadData("a sentence of the writer's answer is too long", "one sentence a line")
        line = to_one_line(text)
        quoting = any(mark in line for mark in _QUOTING)  # its sentences belong together
        for sentence in [line] if quoting else split_sentences(line, code):
            if sentence.strip():
                yield make_sentence(Section(name), sentence.strip(), code)


def make_sentence(section: Section, text: str, code: str) -> Sentence:
    """Return a personal sentence with its spoken form."""
    aloud = spell_out(text, language(code))
    return Sentence(section, text, personal=True, spoken="" if aloud == text else aloud)
