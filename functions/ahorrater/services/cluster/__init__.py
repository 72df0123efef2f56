"""cluster-query: nodes, pods and what they use."""
