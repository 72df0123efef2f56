"""What is applied: an overlay as kustomize renders it, images by digest, without Knative where there is none."""
