"""notify: news told once, folded, and never in the way of an event."""
