"""`make fuzz`: every decoder for FUZZ_SECONDS (10) each, with new inputs each time; FUZZ_ONLY takes those whose name
holds it. Prints how many inputs each was given and how many it took; 1 if anything broke, with the input that did.
"""

import os
import sys
import time
import traceback

from tests.fuzz.decoder import Decoder, Fuzzing
from tests.fuzz.decoders import DECODERS

AT_A_TIME = 500
"""Examples between two looks at the clock."""


def main() -> int:
    seconds, only = float(os.environ.get("FUZZ_SECONDS", "10")), os.environ.get("FUZZ_ONLY", "")
    print(f"{'decoder':<36}{'inputs':>10}{'taken':>10}")
    broken = [decoder.name for decoder in DECODERS if only in decoder.name and not fuzz(decoder, seconds)]
    print(f"broken: {', '.join(broken)}" if broken else "nothing broke")
    return 1 if broken else 0


def fuzz(decoder: Decoder, seconds: float) -> bool:
    """Whether it held."""
    fuzzing, deadline, holds = Fuzzing(decoder), time.monotonic() + seconds, True
    while holds and time.monotonic() < deadline:
        try:
            fuzzing.run(AT_A_TIME, repeatable=False)
        except Exception:  # noqa: BLE001 -- whatever it is, it is what is looked for
            traceback.print_exc()
            holds = False
    print(f"{decoder.name:<36}{fuzzing.executions:>10}{fuzzing.taken:>10}  {'' if holds else 'BROKEN'}", flush=True)
    return holds


if __name__ == "__main__":
    sys.exit(main())
