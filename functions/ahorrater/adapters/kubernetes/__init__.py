"""Kubernetes through the official client: what relabel writes and what cluster-query reads."""
