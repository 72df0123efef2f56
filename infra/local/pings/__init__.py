"""Clocks: PingSources and their schedules."""
