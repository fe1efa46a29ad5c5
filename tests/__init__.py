"""Tests, and what they share: fakes, worlds, programs that kill."""
