"""relabel: the sunny label and the workloads follow the decisions, fenced by their epochs."""
