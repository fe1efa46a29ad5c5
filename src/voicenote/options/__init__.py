"""Declare options: default, check and description of each in one place.

Every settings table, channel, voice and plan has a frozen dataclass whose fields are made by
`option`. `read` fills it from a table and collects every problem; `describe` lists the fields.
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
