"""``python -m chalicelib.intake DIR [--verifier]``."""

import os
import sys

from chalicelib.intake.command import main

sys.exit(main(sys.argv[1:], os.environ, sys.stdout, sys.stderr))
