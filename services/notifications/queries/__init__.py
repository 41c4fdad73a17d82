"""What notifications knows, read only."""
