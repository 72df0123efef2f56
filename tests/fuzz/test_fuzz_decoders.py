"""A short run of every decoder, the same each time; `make fuzz` is the long one."""

import pytest

from tests.fuzz.decoder import Decoder, Fuzzing
from tests.fuzz.decoders import DECODERS

EXAMPLES = 250


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
def test_whatever_comes_is_taken_or_refused_as_promised(decoder: Decoder) -> None:
    fuzzing = Fuzzing(decoder)
    fuzzing.run(EXAMPLES, repeatable=True)
    assert fuzzing.executions >= EXAMPLES
    assert fuzzing.taken, "it refuses everything: nothing behind it was tried"
