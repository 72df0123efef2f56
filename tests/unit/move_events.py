"""What relabel tells of a move, for the tests of those who hear it."""

from ahorrater.contracts.events import FailureReason, MoveFailed, NodeRelabelled, RelabelMode


def relabelled(epoch: int, node: str, previous: str | None = None, **changes: object) -> NodeRelabelled:
    """It is done. `changes`: fields that are to be others than these."""
    told = NodeRelabelled(
        epoch=epoch,
        mode=RelabelMode.APPLY,
        node=node,
        previous=previous,
        labels_before={},
        labels_after={},
        workloads=(),
        pods_moved=0,
        duration_s=4,
    )
    return told.model_copy(update=changes)


def failed_move(epoch: int, node: str, previous: str | None, **changes: object) -> MoveFailed:
    """It did not succeed and was undone. `changes`: fields that are to be others than these."""
    told = MoveFailed(
        epoch=epoch,
        node=node,
        previous=previous,
        reason=FailureReason.PODS_PENDING,
        sentence="no room",
        undone=True,
        labels_before={},
        labels_after={},
        workloads=(),
        duration_s=60,
    )
    return told.model_copy(update=changes)
