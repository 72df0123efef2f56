"""The images: which there are, how they are built and pushed, which digests they have."""
