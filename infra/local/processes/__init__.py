"""Processes: started, watched, started again when they die, and stopped without leaving anything behind."""
