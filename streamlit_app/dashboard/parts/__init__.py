"""The parts of a page. Each asks its own function, says so when that is away, and leaves the others alone."""
