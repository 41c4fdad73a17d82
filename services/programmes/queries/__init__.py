"""What the service can be asked, read-only."""
