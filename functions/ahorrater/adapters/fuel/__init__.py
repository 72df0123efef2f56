"""Fuel prices at the edges: the ministry's service, the answers kept ready, the invented sample."""
