"""Pilling from the shell: ``python3 -m pilling --help``."""

import sys

from pilling._shell.program import main

if __name__ == "__main__":
    sys.exit(main())
