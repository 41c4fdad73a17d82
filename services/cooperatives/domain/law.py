"""What the law sets, as dated terms with their source: looked up by the day on which they are to hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A number that holds between two days (ISO text, both included); the source says which act sets it."""

    code: str
    value: int
    unit: str
    valid_from: str
    valid_to: str | None
    source: str

    def holds_on(self, day: str) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class NoSuchTerm(LookupError):
    """No term of that code holds on the day: a gap in the configuration."""


@dataclass(frozen=True)
class Law:
    terms: tuple[Term, ...]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> "Law":
        return cls(tuple(Term(**row) for row in rows))  # type: ignore[arg-type]  # JSON has numbers where it should

    def term(self, code: str, day: str) -> Term:
        for term in self.terms:
            if term.code == code and term.holds_on(day):
                return term
        raise NoSuchTerm(f"{code} on {day}")

    def number(self, code: str, day: str) -> int:
        return self.term(code, day).value
