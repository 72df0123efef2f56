"""Settings of cluster-query."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ClusterQuerySettings(BaseSettings):
    """How fresh answers are.

    CLUSTER_QUERY_TTL_S: how old an answer may be, s, so that many viewers ask the cluster no more than one does; short
        beside the dashboard's own refresh. One half goes to what the cluster said, which several answers are made of,
        the other to the answers as they were sent. 0 asks each time.
    """

    cluster_query_ttl_s: float = Field(default=1, ge=0, le=60)
