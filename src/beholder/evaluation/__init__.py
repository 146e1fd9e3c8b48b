"""Knowing how good it is: metrics, protocols, certainty."""
