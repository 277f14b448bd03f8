"""``wiring`` of what makes payer codes and their letters: it needs no deployment."""

import secrets

from chalicelib.adapters.access_letters import AccessLetters
from chalicelib.adapters.clock import clock_for
from chalicelib.exports.csv_out import csv_bytes
from chalicelib.intake.people.made_codes import MakeCodes


def build_codes(portal: str, demo_now: str = "") -> MakeCodes:
    """The making of payer codes and of their letters, which needs no deployment. ``portal`` is the address that the
    letters say."""
    return MakeCodes(letters=AccessLetters(portal), clock=clock_for(demo_now), choose=secrets.choice, as_csv=csv_bytes)
