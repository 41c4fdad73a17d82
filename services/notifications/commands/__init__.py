"""What notifications can be made to do, one function per use case."""
