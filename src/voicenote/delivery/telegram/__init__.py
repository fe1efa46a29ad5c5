"""The Telegram channel: a bot."""
