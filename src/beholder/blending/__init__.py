"""How members become one blend: who is asked on a validation split, and what each member counts."""
