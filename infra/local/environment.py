"""The environment of each process: what its manifest declares, what is different here, what the user wants."""

from collections.abc import Mapping

from infra.local.manifests.objects import ConfigMap, Container
from infra.local.manifests.wiring import Wiring


def declared(container: Container, wiring: Wiring) -> dict[str, str]:
    """The container's environment as Kubernetes would make it; what comes from Secrets is left out."""
    configs = {config.name: config.data for config in wiring.of(ConfigMap)}
    referenced = [source.config_map_ref.name for source in container.env_from if source.config_map_ref]
    from_configs = {name: value for config in referenced for name, value in configs.get(config, {}).items()}
    return {**from_configs, **{entry.name: entry.value for entry in container.env if entry.value is not None}}


def compose(
    declaration: Mapping[str, str], overrides: Mapping[str, str], user: Mapping[str, str], wired: Mapping[str, str]
) -> dict[str, str]:
    """One environment: the later the argument, the more it counts; what this run wires up counts most."""
    return {**declaration, **overrides, **user, **wired}
