"""One recommender a file, one interface, the same contract tests for all."""
