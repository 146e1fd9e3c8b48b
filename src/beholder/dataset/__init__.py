"""Arrays for fitting: item positions, interactions, content, splits."""
