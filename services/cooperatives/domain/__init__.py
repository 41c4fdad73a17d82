"""The rules of social cooperatives: states, identifiers, counts, duties. No I/O, no clock, no randomness."""
