"""What every decoder promises: it takes the input or refuses it as it says it does, and what it takes survives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@dataclass(frozen=True)
class Decoder:
    """`decode` may raise `refuses` and nothing else. `encode`, where there is one, makes an input of what was decoded:
    decoding that again must give the same. `found`: what has broken it once.
    """

    name: str
    inputs: st.SearchStrategy[Any]
    decode: Callable[[Any], Any]
    refuses: tuple[type[Exception], ...] = ()
    encode: Callable[[Any], Any] | None = None
    found: tuple[Any, ...] = ()

    def check(self, given: Any) -> bool:
        """Whether it took the input. Raises what it should not have raised, and AssertionError."""
        try:
            decoded = self.decode(given)
        except self.refuses:
            return False
        if self.encode is not None:
            again = self.decode(self.encode(decoded))
            assert again == decoded, f"{decoded!r} came back as {again!r}"
        return True


@dataclass
class Fuzzing:
    """One decoder's executions, counted: a decoder that refuses all of them is not tried at all."""

    decoder: Decoder
    executions: int = field(default=0, init=False)
    taken: int = field(default=0, init=False)

    def run(self, examples: int, *, repeatable: bool) -> None:
        """What has broken it once, and so many new inputs; the same ones each time, if `repeatable`."""
        for found in self.decoder.found:
            self._one(found)
        wanted = settings(
            max_examples=examples,
            derandomize=repeatable,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        wanted(given(self.decoder.inputs)(self._one))()

    def _one(self, inputs: Any) -> None:
        self.executions += 1
        self.taken += self.decoder.check(inputs)
