"""Doors: how HTTP requests become calls of commands and queries, and how answers and refusals are told."""
