"""The local runner: plays knative/ on one machine, every part a process."""
