"""What others would write by hand, to measure ours against; in an environment of their own (requirements/bench.txt)."""
