"""Prometheus, Grafana and alerts for AhorraTER: docs/monitoring.md."""
