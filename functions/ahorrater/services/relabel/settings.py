"""Settings of relabel."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings

from ahorrater.contracts.events import RelabelMode


class RelabelSettings(BaseSettings):
    """How relabel moves.

    RELABEL_MODE: `apply`, or `recommend-only`: says what it would do and waits for people's word, to try it on a live
        cluster. It counts until somebody sets a mode by hand.
    RELABEL_PENDING_LIMIT_S: seconds a move may go on without one more pod becoming Ready on the target; then it is
        undone. Long enough to pull an image, short enough to be back before the next cloud.
    RELABEL_NOT_READY_LIMIT_S: seconds the sunny node may be NotReady before it is left; longer than a kubelet restarts.
        Kubernetes itself waits some 50 s before it calls a silent node NotReady.
    RELABEL_TICK_BUDGET_S: seconds one tick, or one manual move, may wait for pods; less than the 10 s between ticks, so
        that they do not overlap.
    RELABEL_POLL_S: seconds between two looks at the pods while waiting.
    """

    relabel_mode: RelabelMode = RelabelMode.APPLY
    relabel_pending_limit_s: float = Field(default=60, gt=0, le=3600)
    relabel_not_ready_limit_s: float = Field(default=15, ge=0, le=3600)
    relabel_tick_budget_s: float = Field(default=5, ge=0, le=20)
    relabel_poll_s: float = Field(default=0.5, gt=0, le=10)

    @property
    def pending_limit(self) -> timedelta:
        """RELABEL_PENDING_LIMIT_S as a duration."""
        return timedelta(seconds=self.relabel_pending_limit_s)

    @property
    def not_ready_limit(self) -> timedelta:
        """RELABEL_NOT_READY_LIMIT_S as a duration."""
        return timedelta(seconds=self.relabel_not_ready_limit_s)
