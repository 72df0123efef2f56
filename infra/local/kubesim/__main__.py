"""The command line: `python -m infra.local.kubesim --port 0 --nodes a,b,c --seed FILE --kubeconfig-out FILE`."""

import argparse
import sys
from pathlib import Path

import yaml

from infra.local.kubesim.cluster import Delays
from infra.local.kubesim.errors import ApiError
from infra.local.kubesim.objects import KubeObject
from infra.local.kubesim.server import ServerOptions, SimulationServer, kubeconfig
from infra.local.kubesim.simulation import DEFAULT_NODES


def main() -> int:
    """Serves until interrupted; prints the address as its first line."""
    arguments = _parser().parse_args()
    delays = Delays(start_s=arguments.start_delay, stop_s=arguments.stop_delay)
    options = ServerOptions(arguments.port, arguments.nodes.split(","), _read_seed(arguments.seed), delays)
    try:
        server = SimulationServer(options)
    except OSError as error:
        print(f"cannot listen on port {arguments.port}: {error}; choose another one, or 0 for any", file=sys.stderr)
        return 1
    try:
        server.run(announce=lambda: _announce(server.url, arguments.kubeconfig_out))
    except ApiError as error:
        print(f"the seed is refused: {error.message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _announce(url: str, kubeconfig_path: Path | None) -> None:
    if kubeconfig_path:
        kubeconfig_path.write_text(kubeconfig(url))
    print(url, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.kubesim", description="A simulated Kubernetes API.")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0: any free one")
    parser.add_argument("--nodes", default=",".join(DEFAULT_NODES), help="names; the first is the control plane")
    parser.add_argument("--seed", type=Path, action="append", default=[], help="YAML documents to create at the start")
    parser.add_argument("--kubeconfig-out", type=Path, help="where to write a kubeconfig for this server")
    parser.add_argument("--start-delay", type=float, default=Delays.start_s, help="seconds until a pod is ready")
    parser.add_argument("--stop-delay", type=float, default=Delays.stop_s, help="seconds until a deleted pod is gone")
    return parser


def _read_seed(paths: list[Path]) -> list[KubeObject]:
    documents = (document for path in paths for document in yaml.safe_load_all(path.read_text()))
    return [document for document in documents if document]


if __name__ == "__main__":
    sys.exit(main())
