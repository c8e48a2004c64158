"""`python -m app`: the command line."""

import sys

if __name__ == "__main__":  # workers of `serve` come by here too, and need no command line
    from app.cli.main import main

    sys.exit(main())
