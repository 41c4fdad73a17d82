"""Read-only questions. A query that takes the actor answers only what she may know."""
