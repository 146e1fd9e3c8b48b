"""Items and behaviour from files: readers, the import and its report, the data card."""
