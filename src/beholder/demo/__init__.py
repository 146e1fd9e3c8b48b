"""The generated gallery and its simulated visitors, for trying things out and for tests."""
