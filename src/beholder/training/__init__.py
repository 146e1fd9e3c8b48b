"""From a workspace to a bundle: the clock, the recorded plan, tuning, and `auto`."""
