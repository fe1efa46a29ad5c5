"""Shared parts of the commands: the screen, options, reports and input."""
