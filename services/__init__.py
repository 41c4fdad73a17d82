"""The six services. None imports another: they share contracts only."""
