"""Source files into typed rows and rejects."""

from dakehu.sources.decoding import LoadError
from dakehu.sources.loading import Loaded, NoSales, load

__all__ = ["LoadError", "Loaded", "NoSales", "load"]
