"""Steps that several sign."""
