"""The HTTP functions, one module each: what the dashboard asks them, and in which shape they answer."""
