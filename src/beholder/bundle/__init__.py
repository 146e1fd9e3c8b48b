"""Everything that an answer needs, frozen: written aside, checked, signed, renamed, promoted."""
