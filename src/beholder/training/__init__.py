"""From a dataset to the blend that is served: tuning, weights, the choice of `auto`."""
