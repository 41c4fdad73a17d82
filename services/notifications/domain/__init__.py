"""Which fact reaches whom (rules), what an item is (kinds), where it lies (addresses), when mail goes (sending)."""
