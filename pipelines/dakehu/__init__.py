"""Dakehu: from sales exports to three reports that a board can decide on."""
