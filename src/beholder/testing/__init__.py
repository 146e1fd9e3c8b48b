"""Contract checks, shipped so that outside models and encoders can be checked too."""
