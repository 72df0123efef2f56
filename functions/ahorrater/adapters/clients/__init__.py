"""The HTTP functions, as other functions and the dashboard ask them."""
