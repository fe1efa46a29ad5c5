"""The linter of texts: what is wrong, where, why, and what to say instead."""
