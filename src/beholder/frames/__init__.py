"""Behaviour that is in memory already: from a DataFrame to an engine, without a workspace."""
