"""Files as the town sends them: sheets, cells, the configuration's TOML, faults with their lines."""
