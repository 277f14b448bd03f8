"""The town's configuration: town.toml."""
