"""Use cases: load, decide, save, publish. One call, one transaction."""
