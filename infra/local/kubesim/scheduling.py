"""Which node a pod goes to: filters and scores, pure, with reasons in the real scheduler's words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infra.local.kubesim.nodes import allocatable, pod_requests, requested_on
from infra.local.kubesim.objects import KubeObject, controller_uid, labels_of, name_of
from infra.local.kubesim.selectors import Requirement

UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable"


@dataclass(frozen=True)
class Refusal:
    """Why a node does not take a pod, and whether evicting others could help."""

    reasons: tuple[str, ...]
    resolvable: bool = False


@dataclass(frozen=True)
class Placement:
    """Where a pod goes: a node's name, or None and the scheduler's explanation."""

    node: str | None
    message: str = ""


def place(pod: KubeObject, nodes: Sequence[KubeObject], pods: Sequence[KubeObject]) -> Placement:
    """The best node for a pod among `nodes`, given all `pods` of the cluster."""
    if not nodes:
        return Placement(None, "no nodes available to schedule pods")
    refusals = {name_of(node): refusal_of(pod, node, pods) for node in nodes}
    fitting = [node for node in nodes if refusals[name_of(node)] is None]
    if not fitting:
        return Placement(None, _explanation([refusal for refusal in refusals.values() if refusal]))
    return Placement(name_of(min(fitting, key=lambda node: _rank(pod, node, pods))))


def refusal_of(pod: KubeObject, node: KubeObject, pods: Iterable[KubeObject]) -> Refusal | None:
    """The first filter that a node fails, in the real scheduler's order."""
    if node["spec"].get("unschedulable") and not _tolerates_cordon(pod):
        return Refusal(("node(s) were unschedulable",))
    if _has_untolerated_taint(pod, node):
        return Refusal(("node(s) had untolerated taint(s)",))
    if not _matches_affinity(pod, node):
        return Refusal(("node(s) didn't match Pod's node affinity/selector",))
    return _capacity_refusal(pod, node, pods)


def tolerates(pod: KubeObject, taint: KubeObject) -> bool:
    """Whether one of the pod's tolerations covers the taint."""
    return any(_covers(toleration, taint) for toleration in pod["spec"].get("tolerations") or ())


def _covers(toleration: KubeObject, taint: KubeObject) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if not toleration.get("key"):
        return toleration.get("operator") == "Exists"
    if toleration["key"] != taint["key"]:
        return False
    return toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", "")


def _tolerates_cordon(pod: KubeObject) -> bool:
    return tolerates(pod, {"key": UNSCHEDULABLE_TAINT, "effect": "NoSchedule"})


def _has_untolerated_taint(pod: KubeObject, node: KubeObject) -> bool:
    hard = (taint for taint in node["spec"].get("taints") or () if taint["effect"] in ("NoSchedule", "NoExecute"))
    return any(not tolerates(pod, taint) for taint in hard)


def _matches_affinity(pod: KubeObject, node: KubeObject) -> bool:
    wanted = pod["spec"].get("nodeSelector") or {}
    if not wanted.items() <= labels_of(node).items():
        return False
    rule = _node_affinity(pod).get("requiredDuringSchedulingIgnoredDuringExecution")
    return rule is None or any(matches_term(term, node) for term in rule.get("nodeSelectorTerms") or ())


def _node_affinity(pod: KubeObject) -> KubeObject:
    return (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}


def matches_term(term: KubeObject, node: KubeObject) -> bool:
    """Whether a node fulfils every expression of a `NodeSelectorTerm`; an empty term matches nothing."""
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    own_fields = {"metadata.name": name_of(node)}
    return all(_requirement(item).accepts(labels_of(node)) for item in expressions) and all(
        _requirement(item).accepts(own_fields) for item in fields
    )


def _requirement(expression: KubeObject) -> Requirement:
    return Requirement(expression["key"], expression["operator"], tuple(expression.get("values") or ()))


def _capacity_refusal(pod: KubeObject, node: KubeObject, pods: Iterable[KubeObject]) -> Refusal | None:
    offered, taken = allocatable(node), requested_on(node, pods)
    short = {
        name: amount
        for name, amount in pod_requests(pod).items()
        if amount and amount > offered.get(name, Decimal(0)) - taken.get(name, Decimal(0))
    }
    if not short:
        return None
    reasons = tuple("Too many pods" if name == "pods" else f"Insufficient {name}" for name in short)
    return Refusal(reasons, resolvable=all(amount <= offered.get(name, 0) for name, amount in short.items()))


def _explanation(refusals: list[Refusal]) -> str:
    total = len(refusals)
    reasons = Counter(reason for refusal in refusals for reason in refusal.reasons)
    preemption = Counter(
        "No preemption victims found for incoming pod"
        if refusal.resolvable
        else "Preemption is not helpful for scheduling"
        for refusal in refusals
    )
    head = f"0/{total} nodes are available: "
    return f"{head}{_listed(reasons)}. no new claims to deallocate, preemption: {head}{_listed(preemption)}."


def _listed(counts: Counter[str]) -> str:
    return ", ".join(sorted(f"{count} {reason}" for reason, count in counts.items()))


def _rank(pod: KubeObject, node: KubeObject, pods: Iterable[KubeObject]) -> tuple[float, int, int, float, str]:
    """Lowest first: preferred affinity, soft taints, siblings apart, most free CPU, name."""
    mine = [other for other in pods if other["spec"].get("nodeName") == name_of(node)]
    owner = controller_uid(pod)
    siblings = sum(1 for other in mine if owner and controller_uid(other) == owner)
    soft = [taint for taint in node["spec"].get("taints") or () if taint["effect"] == "PreferNoSchedule"]
    disliked = sum(1 for taint in soft if not tolerates(pod, taint))
    used_cpu = float(requested_on(node, mine).get("cpu", Decimal(0)) / (allocatable(node)["cpu"] or 1))
    return -_preference(pod, node), disliked, siblings, used_cpu, name_of(node)


def _preference(pod: KubeObject, node: KubeObject) -> float:
    terms = _node_affinity(pod).get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    return sum(float(term["weight"]) for term in terms if matches_term(term["preference"], node))
