"""The Telegram bot: it answers people's questions and takes their orders, by way of the other functions."""
