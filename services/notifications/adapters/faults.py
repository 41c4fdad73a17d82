"""How handing over can fail. Errors carry codes only: what a provider answers may quote an address."""


class Passing(Exception):
    """It may work later: the provider is away, full, or wants to be asked again."""


class ForEver(Exception):
    """It will never work; `reason` is a code of the contract."""

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(error)
        self.reason = reason
