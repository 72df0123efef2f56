"""Brings the system to a cluster, checks that it works, changes it, and takes it away again."""
