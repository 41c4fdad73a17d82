"""What comes in, what goes out, and what the pages ask. Labels stand with the fields: one rule book, two doors."""
