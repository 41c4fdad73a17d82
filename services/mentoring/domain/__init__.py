"""Pure rules of mentoring: recruitment, matches, who fits whom, and the best assignment of all."""
