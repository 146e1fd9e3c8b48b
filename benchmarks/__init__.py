"""The figures of Beholder, each from a command that anyone can run."""
