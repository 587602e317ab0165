"""``python -m hopcore`` is the command ``hopcore``."""

from hopcore.cli import main

if __name__ == "__main__":
    main()
