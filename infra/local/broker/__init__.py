"""A small broker that behaves as Knative's does over its in-memory channel (knative/eventing 1.22).

Like the real one it is synchronous: a producer's 202 means that every Trigger's delivery, its retries, its dead letter
and its reply, with all that the reply causes in turn, have ended.
"""
