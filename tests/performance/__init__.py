"""`make bench`: ours beside references in the same run, as ratios with their spread (docs/performance.md)."""
