"""Whether a process lives, and whether it may get requests. Anonymous callers learn no more than that."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from shared import leases, migrations
from shared.database import INFRASTRUCTURE_FAULTS, reading
from shared.service import Runtime

BEAT_TOO_OLD = timedelta(seconds=30)


def blueprint(runtime: Runtime) -> Blueprint:
    made = Blueprint("health", __name__, url_prefix=f"/{runtime.service.name}")
    made.add_url_rule("/livez", "livez", lambda: jsonify(status="ok"))
    made.add_url_rule("/readyz", "readyz", lambda: readiness(runtime))
    return made


def readiness(runtime: Runtime) -> Response:
    """503 without the database or its newest migration; Kafka away is `degraded` and 200: the outbox absorbs it."""
    try:
        with reading(runtime.engine) as connection:
            connection.execute(text("SELECT 1"))
        if not migrations.is_current(runtime):
            return _answer("migrating", 503)
        beats = leases.last_beats(runtime.engine)
    except INFRASTRUCTURE_FAULTS:
        return _answer("unavailable", 503)
    at, state = beats.get("relay", (None, ""))
    healthy = at is not None and runtime.clock() - at < BEAT_TOO_OLD and state == "ok"
    return _answer("ok" if healthy else "degraded", 200)


def _answer(status: str, code: int) -> Response:
    response = jsonify(status=status)
    response.status_code = code
    return response
