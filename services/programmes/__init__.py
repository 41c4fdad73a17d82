"""Programmes: cards, activities with enrolment and attendance, each woman's individual path, and what was reached.

It owns who took part in what and where a path stands; names and addresses are in `people`. It also serves the two pages
that draw on several services, from its own copies of their facts: a woman's *what happens next* and the region.
"""
