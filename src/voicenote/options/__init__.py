"""One way to declare what can be set: its default, its check and its words, in one place.

A settings table, a channel, a voice and a plan each have a frozen dataclass whose fields are made
by `option`; `read` fills it from a table and gathers every problem, `describe` tells of each field.
"""

from voicenote.options.declaration import NoOptions, Option, describe, option, options_of
from voicenote.options.reading import FromEnvironment, parse, read
from voicenote.options.secret import Secret

__all__ = [
    "FromEnvironment",
    "NoOptions",
    "Option",
    "Secret",
    "describe",
    "option",
    "options_of",
    "parse",
    "read",
]
