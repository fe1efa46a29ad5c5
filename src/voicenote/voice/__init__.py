"""Voices: turn the sentences of a script into clips."""
