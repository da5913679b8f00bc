"""``python -m groundstone``."""

from groundstone.cli import main

if __name__ == "__main__":
    main()
