"""The HTTP functions, as other functions ask them."""
