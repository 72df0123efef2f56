"""Fuel prices: places, products, what a field means, a snapshot judged."""
