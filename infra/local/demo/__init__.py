"""The demo town's own files (``town.toml``, ``blason.svg``) and the generator of its lists."""
