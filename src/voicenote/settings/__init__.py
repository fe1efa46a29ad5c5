"""What an owner can set: declared once, checked all at once, documented from the declarations."""

from voicenote.settings.declared import (
    Channel,
    Ledger,
    Owner,
    Profile,
    Retention,
    Schedule,
    Settings,
    Sound,
)
from voicenote.settings.loading import FILE_NAME, find_home, load
from voicenote.settings.policy import Check, Policy
from voicenote.settings.secret import Secret
from voicenote.settings.voices import Voice, VoiceFor
from voicenote.settings.writing import commented_toml, reference_md, save_profile

__all__ = [
    "FILE_NAME",
    "Channel",
    "Check",
    "Ledger",
    "Owner",
    "Policy",
    "Profile",
    "Retention",
    "Schedule",
    "Secret",
    "Settings",
    "Sound",
    "Voice",
    "VoiceFor",
    "commented_toml",
    "find_home",
    "load",
    "reference_md",
    "save_profile",
]
