"""Sums of whole fen and units, exact, and their print in yuan."""

import polars as pl


def total(frame: pl.DataFrame, column: str = "fen") -> int:
    """Sum of a column of fen or units."""
    return int(frame[column].sum())


def yuan(fen: float) -> float:
    """Fen as yuan."""
    return round(fen / 100, 2)
