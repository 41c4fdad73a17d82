"""Which counties of Podlaskie border on each other (State Register of Borders, GUGiK)."""

NEIGHBOURS: dict[str, frozenset[str]] = {
    "2001": frozenset({"2004", "2008", "2009", "2011", "2012"}),
    "2002": frozenset({"2003", "2005", "2007", "2008", "2011", "2013", "2014", "2061"}),
    "2003": frozenset({"2002", "2005", "2010", "2013"}),
    "2004": frozenset({"2001", "2006", "2007", "2008"}),
    "2005": frozenset({"2002", "2003", "2010"}),
    "2006": frozenset({"2004", "2007"}),
    "2007": frozenset({"2002", "2004", "2006", "2008", "2014", "2062"}),
    "2008": frozenset({"2001", "2002", "2004", "2007", "2011"}),
    "2009": frozenset({"2001", "2012"}),
    "2010": frozenset({"2003", "2005", "2013"}),
    "2011": frozenset({"2001", "2002", "2008"}),
    "2012": frozenset({"2001", "2009", "2063"}),
    "2013": frozenset({"2002", "2003", "2010", "2014"}),
    "2014": frozenset({"2002", "2007", "2013"}),
    "2061": frozenset({"2002"}),
    "2062": frozenset({"2007"}),
    "2063": frozenset({"2012"}),
}


def neighbours(teryt: str) -> frozenset[str]:
    """Counties that one can also be reached from; none for a county elsewhere."""
    return NEIGHBOURS.get(teryt, frozenset())
