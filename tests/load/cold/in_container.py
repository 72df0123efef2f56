"""Runs inside a container: `in_container.py ROUNDS URL PYTHON_ARGUMENTS...`, and prints one line of seconds.

Each from the start of `python PYTHON_ARGUMENTS` to the first 2xx of the URL. Standard library only.
"""

import subprocess
import sys
import time
from urllib.request import urlopen

POLL_S = 0.002


def main(rounds: int, url: str, arguments: list[str]) -> None:
    """Starts it so often."""
    print(*(f"{_seconds(url, arguments):.4f}" for _ in range(rounds)))


def _seconds(url: str, arguments: list[str]) -> float:
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(url):
            if child.poll() is not None:
                raise SystemExit(f"{arguments} ended with {child.returncode}")
            time.sleep(POLL_S)
        return time.perf_counter() - begun
    finally:
        child.kill()
        child.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except OSError:  # refused, and any answer that is no 2xx
        return False


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
