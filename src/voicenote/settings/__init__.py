"""The owner's settings: declared once, checked all at once, documented from the declarations."""

from voicenote.options import Secret
from voicenote.settings.loading import FILE_NAME, find_home, find_voices, load, load_draft
from voicenote.settings.policy import Check, Policy
from voicenote.settings.schema import (
    ChannelTable,
    LedgerTable,
    Owner,
    Profile,
    Schedule,
    Settings,
    Sound,
)
from voicenote.settings.voice_table import VoiceFor, VoiceTable
from voicenote.settings.writer_table import WriterTable
from voicenote.settings.writing import commented_toml, save_profile, save_setting, save_table

__all__ = [
    "FILE_NAME",
    "ChannelTable",
    "Check",
    "LedgerTable",
    "Owner",
    "Policy",
    "Profile",
    "Schedule",
    "Secret",
    "Settings",
    "Sound",
    "VoiceFor",
    "VoiceTable",
    "WriterTable",
    "commented_toml",
    "find_home",
    "find_voices",
    "load",
    "load_draft",
    "save_profile",
    "save_setting",
    "save_table",
]
