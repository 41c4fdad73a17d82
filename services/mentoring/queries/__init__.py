"""Read-only SQL of mentoring. Who may not know of a thing gets NotFound, the same as for what is not there."""
