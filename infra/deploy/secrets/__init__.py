"""The Secrets: made once, where they are missing; never printed, never in the repository."""
