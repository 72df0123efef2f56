"""What the domain's results say in numbers, for Prometheus: each observer reads what its function replies."""
