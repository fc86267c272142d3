"""``python -m truename``."""

import sys

from truename.cli import main

sys.exit(main())
