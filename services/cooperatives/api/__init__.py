"""JSON routes: parse, one command or query, dump. Each module beside this one adds its own."""

from services.cooperatives.api import cooperatives, people, register, work
from services.cooperatives.api.routes import api

__all__ = ["api", "cooperatives", "people", "register", "work"]
