"""AhorraTER: Kubernetes work that follows the sun."""
