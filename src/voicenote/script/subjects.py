"""The subjects of messages: they name the matter, so that nobody takes them for a trick."""

from __future__ import annotations

import re

from voicenote.model.case import Case
from voicenote.model.touch import TouchKind
from voicenote.script.addressing import choose_forms, greet, inflect
from voicenote.script.failure import failure_of
from voicenote.script.languages import language, packaged_languages
from voicenote.script.quoting import clean_name
from voicenote.script.template_sources import ANY_FAILURE

#: A longer product isn't named in a subject, in characters.
_LONGEST = 60
#: What is left between two signs, or at the start, when a value is missing.
_GAP = re.compile(r"^[\s,،:]+|[\s,،]+(?=[:،,])")


#: Added to the kind of a message whose voice isn't its owner's own: who speaks in it.
_SPOKEN = {"own": "", "synthetic": "-synthetic", "nobody": "-written"}


def subject(case: Case, tag: str, kind: TouchKind, owner: str, *, voice: str = "own") -> str:
    """Return the subject of a message of `kind` about a case, in the language of `tag`.

    It names the product, or else what failed. `voice` says who speaks in it: ``own`` for its
    owner, ``synthetic``, or ``nobody``.
    """
    return _fill(case, tag.partition("-")[0], kind, owner, voice)


def subjects(case: Case, owner: str) -> list[str]:
    """Return every subject that a message about a case may have had, in all languages."""
    ways = ((code, kind) for code in sorted(packaged_languages()) for kind in TouchKind)
    return sorted(
        {_fill(case, code, kind, owner, voice) for code, kind in ways for voice in _SPOKEN}
    )


def _fill(case: Case, code: str, kind: TouchKind, owner: str, voice: str) -> str:
    tongue = language(code)
    made = kind.value + _SPOKEN[voice]
    forms = choose_forms(case.customer, "", tongue)
    pattern = inflect(tongue.subjects.get(made) or tongue.subjects[kind.value], forms)
    product = clean_name(case.complaint.product)
    matter = inflect(tongue.matters[failure_of(case) or ANY_FAILURE], forms)
    if 0 < len(product) <= _LONGEST:
        matter = product
    values = {"matter": matter, "customer": greet(case.customer, tongue)[0], "owner": owner}
    text = re.sub(r"\{(\w+)\}", lambda name: values[name[1]], pattern)
    text = _GAP.sub("", text)
    return text[:1].upper() + text[1:]
