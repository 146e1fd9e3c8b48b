"""The pages: templates, styles and modules of the shop window; rendering without data access."""
