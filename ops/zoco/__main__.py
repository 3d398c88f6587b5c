"""`python -m zoco`: the command line."""

from zoco.cli import main

main()
