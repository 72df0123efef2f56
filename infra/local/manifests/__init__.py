"""What knative/base says, as typed objects: the part of it that a laptop can play."""
