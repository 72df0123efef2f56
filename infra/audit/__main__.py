"""`make audit`. 0: nothing is known against the dependencies, or nobody could be asked, which is said; 1: a hole."""

import sys
from pathlib import Path

from infra.audit.advisories import AuditUnavailableError, ask
from infra.audit.lock import ROOT, lock_files, read_lock
from infra.audit.sbom import write_sbom

BUILD = ROOT / "build"


def main() -> int:
    """Writes a bill of materials for each lock file, then asks what is known against the packages."""
    for path in lock_files():
        print(f"{_relative(write_sbom(BUILD / 'sbom', path.stem, read_lock(path)))}: {len(read_lock(path))} packages")
    pins = read_lock(ROOT / "requirements.lock")
    try:
        holes = ask(BUILD / "pip-audit", pins)
    except AuditUnavailableError as error:
        print(f"NOT AUDITED: {error}. Run `make audit` where one can be reached.")
        return 0
    for hole in holes:
        print(f"{hole.package}: {hole.advisory}; mended in {', '.join(hole.fixed_in) or 'no version yet'}")
    print(f"{len(pins)} packages audited, {len(holes)} advisories")
    return 1 if holes else 0


def _relative(path: Path) -> Path:
    return path.relative_to(ROOT)


if __name__ == "__main__":
    sys.exit(main())
