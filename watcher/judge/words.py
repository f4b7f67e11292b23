"""The small trained model: which words, and pairs of words, texts on the subject use where no phrase of the lexicon stands.

It ranks the texts that the rules are silent on and may raise one of them to `unsure`, never to `relevant`: a person
looks. Weights are those of a logistic regression over hashed words and pairs, made by `benchmarks/train_words.py`.

`words.bin` is one line of JSON (name, bias, scale, raised, what it was trained on) and one signed byte a weight.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Self
from zlib import crc32

BITS = 16
LONGEST = 3000  # characters; a longer text is no passage, and its words say little about any one place of it
FEWEST = 6  # words; "Sec. 9. Enforcement." says nothing
_TOKEN = re.compile(r"\d+\(g\)|[^\W\d_]{2,}")
# Where none of these stands, a text that the rules are silent on is ordinary: it is not looked at word by word.
_NEAR = (
    "immigra", "migra", "detain", "deport", "custod", "jail", "inmate", "sheriff", "federal", "warrant", "ICE", "arrest", "citizenship",
    "sanctuary", "homeland", "enforcement", "prison", "undocumented", "police",
)  # fmt: skip


def near(low: str) -> bool:
    """Whether the model is asked about a folded text at all: a passage, no heading, with a word of the neighbourhood."""
    return len(low) <= LONGEST and any(word in low for word in _NEAR) and low.count(" ") >= FEWEST - 1


def features(low: str) -> frozenset[int]:
    """The hashed words and pairs of words of a folded, lower-case text, each once."""
    tokens = _TOKEN.findall(low)
    pairs = [f"{one} {two}" for one, two in pairwise(tokens)]
    mask = (1 << BITS) - 1
    return frozenset(crc32(part.encode()) & mask for part in (*tokens, *pairs))


class Words:
    """The model. `raised` is the lean from which a text that the rules are silent on is worth a look."""

    def __init__(self, name: str, weights: Sequence[int], *, scale: float, bias: float, raised: float) -> None:
        self.name = name
        self.raised = raised
        self._weights = weights
        self._scale = scale
        self._bias = bias

    @classmethod
    def read(cls, content: bytes) -> Self:
        """The model that a file holds."""
        head, _, body = content.partition(b"\n")
        said = json.loads(head)
        return cls(said["name"], array("b", body), scale=said["scale"], bias=said["bias"], raised=said["raised"])

    def written(self, trained_on: Mapping[str, int]) -> bytes:
        """The file that `read` reads."""
        head = {"name": self.name, "scale": self._scale, "bias": self._bias, "raised": self.raised, **trained_on}
        return json.dumps(head).encode() + b"\n" + array("b", self._weights).tobytes()

    def lean(self, low: str) -> float:
        """How far the words of a folded text lean to the subject: log odds, above 0 for it."""
        found = features(low)
        if not found:
            return self._bias
        weights = self._weights
        return self._bias + self._scale * sum(weights[place] for place in found) / math.sqrt(len(found))

    def telling(self, low: str, most: int = 4) -> tuple[tuple[int, int], ...]:
        """The spans of the words of a folded text that speak most for the subject, in reading order."""
        mask = (1 << BITS) - 1
        weighed = {
            match[0]: (self._weights[crc32(match[0].encode()) & mask], match.span()) for match in _TOKEN.finditer(low)
        }
        best = sorted(weighed.values(), key=lambda pair: (-pair[0], pair[1]))[:most]
        return tuple(sorted(span for weight, span in best if weight > 0))


@lru_cache(maxsize=1)
def builtin_words() -> Words:
    """The model that ships with the program. Read once."""
    return Words.read(files("watcher.judge").joinpath("words.bin").read_bytes())
