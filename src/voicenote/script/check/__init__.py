"""The linter: what the method finds wrong with a text, where, why, and what to say instead."""
