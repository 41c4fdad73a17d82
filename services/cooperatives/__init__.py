"""The registry of social cooperatives, from the initiative group to striking off.

Owns founders and members (ids, roles, dates), obligations, vacancies, and the public register with its change feed.
"""
