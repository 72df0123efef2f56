"""Fuel prices: a snapshot becomes stored prices, stored prices become answers."""
