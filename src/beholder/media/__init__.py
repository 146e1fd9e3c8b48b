"""Pictures: kept by content, decoded in worker processes, shown as clean renditions."""
