"""One reading, sent from outside the cluster as a device sends it, and followed to the label."""
