"""Runs: reading channels, deciding what is due and sending it, once or as a daemon."""
