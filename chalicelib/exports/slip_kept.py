"""The sums of an exercice until the end of a closed month, kept beside its files: later months are carried forward
from them."""

import json
from collections.abc import Iterable

from chalicelib.exports.slip import SlipKey, SlipLevel, SlipSum, Tally
from chalicelib.rules.money import Cents


def kept_tally(sums: Tally) -> Iterable[bytes]:
    kept = [[*key, *one] for key, one in sorted(sums.items())]
    return [json.dumps(kept, ensure_ascii=False).encode()]


def tally_of(kept: Iterable[bytes]) -> Tally:
    """What ``kept_tally`` kept."""
    return {
        SlipKey(SlipLevel(level), regie, means, product): SlipSum(number, Cents(amount), name)
        for level, regie, means, product, number, amount, name in json.loads(b"".join(kept))
    }
