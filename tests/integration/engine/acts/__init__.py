"""Random people who do random things to random flows, and what must hold after each."""
