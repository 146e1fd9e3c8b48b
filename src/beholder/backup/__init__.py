"""A workspace as one file, its keys as another one, sealed; and the way back."""
