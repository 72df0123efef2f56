"""Telegram, and the folder that stands in for it where there is no token."""
