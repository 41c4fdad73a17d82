"""Mentoring: mentors from recruitment to leaving, who waits for one, matching rounds, matches, meetings and goals."""
