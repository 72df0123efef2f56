"""How each policy decides, on one situation."""
