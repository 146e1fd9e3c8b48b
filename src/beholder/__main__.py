"""`python -m beholder`: the command line, where its script is not on the path."""

from beholder.cli.main import run

if __name__ == "__main__":
    run()
