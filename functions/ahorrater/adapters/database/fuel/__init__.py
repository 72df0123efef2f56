"""Fuel prices in the database: staged, compared, stored, asked for."""
