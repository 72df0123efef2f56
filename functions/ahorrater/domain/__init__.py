"""What the system decides, as pure functions of what it was told: standard library only, no clock, no I/O."""
