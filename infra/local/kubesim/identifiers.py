"""Names and uids that a server invents, reproducible from a seed."""

import random
import uuid

_NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


class Identifiers:
    """The same seed gives the same names in the same order."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def uid(self) -> str:
        """A fresh `metadata.uid`."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def suffix(self) -> str:
        """Five letters that complete a generated name; without vowels, as the real ones are."""
        return "".join(self._random.choices(_NAME_LETTERS, k=5))
