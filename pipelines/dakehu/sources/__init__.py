"""Source files into typed rows and rejects."""

from dakehu.sources.decoding import LoadError
from dakehu.sources.loading import Loaded, NoSales, last_load, load

__all__ = ["LoadError", "Loaded", "NoSales", "last_load", "load"]
