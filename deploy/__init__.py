"""How Splot is set up and run: the `splot` command, the embedded partnership, the real parts, the container files."""
