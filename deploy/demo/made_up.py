"""Made-up people and places. Nobody here exists; every address is under example.org, every number unassigned."""

GIVEN_NAMES = (
    "Oksana", "Iryna", "Natalia", "Olena", "Kateryna", "Svitlana", "Halyna", "Tetiana", "Maryna", "Alena", "Volha",
    "Hanna", "Darya", "Nadzeya", "Marta", "Agata", "Zofia", "Lucyna", "Amina", "Zarema", "Laila", "Madina", "Nino",
)  # fmt: skip
FAMILY_NAMES = (
    "Wymyślona", "Przykładna", "Vyhadana", "Prykladna", "Zmyślona", "Testova", "Umovna", "Pozorna", "Rzekoma", "Niby",
    "Jakoby", "Domniemana", "Uyavna", "Kazkova", "Bajeczna", "Rzekomska", "Pozorska", "Nibyć", "Bajdowa", "Przykładka",
)  # fmt: skip
LANGUAGES = ("uk", "uk", "be", "ru", "pl", "uk")

MENTORS = (
    {"languages": ["pl", "ru"], "teryt": ["2002"], "capacity": 3, "mentors": ["women"]},
    {"languages": ["pl", "be"], "teryt": ["2061"], "capacity": 2, "mentors": ["women"]},
    {"languages": ["pl", "ru", "uk"], "teryt": ["2062", "2007"], "capacity": 2, "mentors": ["women"]},
    {"languages": ["pl"], "teryt": ["2063", "2012"], "capacity": 2, "mentors": ["women", "cooperatives"]},
)


def woman(number: int) -> dict[str, object]:
    """The body that registers the n-th made-up woman; the same one for the same number."""
    return {
        "given_name": GIVEN_NAMES[number % len(GIVEN_NAMES)],
        "family_name": FAMILY_NAMES[(number // len(GIVEN_NAMES)) % len(FAMILY_NAMES)],
        "language": LANGUAGES[number % len(LANGUAGES)],
        "contacts": [{"channel": "email", "value": f"woman-{number}@example.org", "safe": number % 3 != 0}],
    }
