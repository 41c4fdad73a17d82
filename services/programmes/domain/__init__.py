"""The rules of programmes: pure, without clock, database or web."""
