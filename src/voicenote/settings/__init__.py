"""What an owner can set: declared once, checked all at once, documented from the declarations."""

from voicenote.settings.loading import FILE_NAME, find_home, load
from voicenote.settings.policy import Check, Policy
from voicenote.settings.schema import (
    ChannelTable,
    LedgerTable,
    Owner,
    Profile,
    Retention,
    Schedule,
    Settings,
    Sound,
)
from voicenote.settings.secret import Secret
from voicenote.settings.voice_table import VoiceFor, VoiceTable
from voicenote.settings.writing import commented_toml, reference_md, save_profile

__all__ = [
    "FILE_NAME",
    "ChannelTable",
    "Check",
    "LedgerTable",
    "Owner",
    "Policy",
    "Profile",
    "Retention",
    "Schedule",
    "Secret",
    "Settings",
    "Sound",
    "VoiceFor",
    "VoiceTable",
    "commented_toml",
    "find_home",
    "load",
    "reference_md",
    "save_profile",
]
