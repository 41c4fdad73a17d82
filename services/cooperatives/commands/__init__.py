"""One function per use case: load, decide, save, publish. One call, one transaction."""
