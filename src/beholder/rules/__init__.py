"""Filters and standing rules: a small parsed language over typed attributes."""
