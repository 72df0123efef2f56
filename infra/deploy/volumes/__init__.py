"""Volumes that are folders of a node, as on bare metal: Kubernetes leaves some work with them."""
