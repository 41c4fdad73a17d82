"""Read-only SQL of people, by what is asked for."""
