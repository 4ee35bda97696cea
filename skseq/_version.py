"""The version of skseq."""

__version__ = "0.1.0.dev0"
