"""``python -m cinsim`` is ``cinsim``."""

from cinsim.cli import main

if __name__ == "__main__":
    main()
