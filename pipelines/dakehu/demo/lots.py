"""Stable lots: the same key draws the same lot in every version of every library."""

import numpy as np
import polars as pl


def generator(seed: int, part: int) -> np.random.Generator:
    """A random generator of its own for each part, so that parts do not move one another."""
    return np.random.default_rng(np.random.SeedSequence([seed, part]))


def lot(key: pl.Expr, salt: int, among: int) -> pl.Expr:
    """A number from 0 to ``among - 1`` that depends on an integer key and a salt only."""
    mixed = (key.cast(pl.Int64) * 1_103_515 + salt * 40_503) % 1_000_003
    return (mixed * 7_919 + salt) % 104_729 % among


def number_of(code: str) -> pl.Expr:
    """The digits of a code such as G0041 as an integer."""
    return pl.col(code).str.slice(1).cast(pl.Int64)
