"""Pictures: kept by content, decoded in worker processes only, shown as clean renditions."""
