"""A new version of one function takes the traffic step by step, and gives it back when it answers badly."""
