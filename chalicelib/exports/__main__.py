"""``python -m chalicelib.exports DIR [--jour 2026-11-22]``."""

import os
import sys

from chalicelib.exports.command import main

sys.exit(main(sys.argv[1:], os.environ, sys.stdout, sys.stderr))
