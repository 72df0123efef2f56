"""A simulated Kubernetes API: enough of one, in memory, for `kubectl` and the official clients to work unchanged.

From the shell: `python -m infra.local.kubesim --port 0 --kubeconfig-out FILE`. From a test:
`with running() as server: ...`, with `running` from `infra.local.kubesim.server`.

`objects`, `store`, `registry` hold the objects; `validation`, `defaults`, `patching`, `selectors` are the rules around
every write and read; `controllers` act of their own accord, driven by changes and timers; `http` speaks the API.
The contract tests in `tests/integration/kubernetes_contract` hold it to what a real server does.
"""
