"""Audiences: one pipeline, several readers, each with a warehouse of its own rows alone."""
