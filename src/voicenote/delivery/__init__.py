"""Channels: send a message with its voice memo, return a receipt, and read what comes back."""
