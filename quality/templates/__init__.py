"""Templates of the tables: versioned, kept with what was born."""
