"""`make audit`: what is in the dependencies, and what is known against them."""
