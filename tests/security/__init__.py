"""Attacks. A package, so that the functions that are attacked end with its last test."""
