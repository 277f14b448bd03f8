"""Files as they come: sheets, cells, the configuration's TOML, faults with their lines."""
