"""The channel telegram: a bot."""
