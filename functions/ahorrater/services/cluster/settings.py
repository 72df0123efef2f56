"""Settings of cluster-query."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ClusterQuerySettings(BaseSettings):
    """How fresh answers are.

    CLUSTER_QUERY_TTL_S: seconds an answer is kept, so that many viewers ask the cluster no more than one does; short
        beside the dashboard's own refresh. 0 asks each time.
    """

    cluster_query_ttl_s: float = Field(default=1, ge=0, le=60)
