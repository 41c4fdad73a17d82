"""Kills a part of the tiny service at the n-th line it executes; orders come as lines of JSON on the standard input.

It imports everything once, opens nothing, and forks for each order, so that a death costs milliseconds. The product has
no hooks for this: the tracer of the interpreter counts the lines of the functions that are WATCHED.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared import logs
from shared.actor import service_actor
from shared.consumer import Consumer
from shared.dates import utc_now
from shared.relay import Relay
from shared.service import Runtime
from shared.settings import Settings
from tests.kernel.notes import effects, make_runtime, web

COMMAND = {
    "_door.<locals>.answer", "_perform", "_perform.<locals>.work", "_answer", "_respond", "once", "write", "publish",
    "Transaction.publish", "Database.transaction", "_around_requests.<locals>.finish",
}  # fmt: skip
RELAY = {
    "Relay.run_once", "Relay._unpublished", "Relay._mark", "KafkaEventLog.append", "KafkaEventLog._append_group",
    "KafkaEventLog._send", "SqliteEventLog.append", "_rows", "_writing",
}  # fmt: skip
CONSUME = {
    "Consumer._take_until_done", "Consumer.take", "Consumer._in_one_transaction", "Consumer._handle", "Consumer._call",
    "first_seen", "Progress.save", "note_effect", "KafkaSubscription.commit", "SqliteSubscription.commit",
}  # fmt: skip
TAKES_AT_MOST = 30.0
APPLICATIONS: dict[int, Any] = {}
FOLDERS = ("/shared/", "/tests/kernel/")


def command(runtime: Runtime, order: dict[str, Any]) -> str:
    headers = {"Authorization": f"Bearer {order['token']}", "Idempotency-Key": order["key"]}
    client = APPLICATIONS[id(runtime)].test_client()
    answer = client.post("/notes/api/v1/notes", headers=headers, json={"text": order["key"]})
    return f"{answer.status_code} {answer.json.get('id')}"


def relay(runtime: Runtime, order: dict[str, Any]) -> str:
    return str(Relay("notes", runtime.database, runtime.event_log, runtime.new_id()).run_once())


def consume(runtime: Runtime, order: dict[str, Any]) -> str:
    """Takes in what there is, as the process does, turn after turn, until the fact of `key` has had its effect."""
    service = runtime.service
    consumer = Consumer("notes", runtime.database, runtime.event_log, service.handlers, service.topics, "1")
    subscription = runtime.event_log.subscribe(group=consumer.group, topics=consumer.topics, instance=consumer.instance)
    deadline = time.monotonic() + TAKES_AT_MOST
    while not _has_effect(runtime, order["key"]) and time.monotonic() < deadline:
        consumer._turn(subscription, threading.Event())
    return "done"


def _has_effect(runtime: Runtime, key: str) -> bool:
    with runtime.database.reading(service_actor("notes")) as tx:
        return tx.first(effects.select().where(effects.c.key == key)) is not None


ROLES: dict[str, tuple[Callable[[Runtime, dict[str, Any]], str], set[str]]] = {
    "command": (command, COMMAND),
    "relay": (relay, RELAY),
    "consume": (consume, CONSUME),
}


class Executioner:
    """Counts executed lines of the watched functions; at the n-th one the process is gone."""

    def __init__(self, watched: set[str], die_at: int | None) -> None:
        self.watched, self.die_at, self.lines = watched, die_at, 0

    def __call__(self, frame: Any, _event: str, _argument: Any) -> Any:
        code = frame.f_code
        is_watched = code.co_qualname in self.watched and any(folder in code.co_filename for folder in FOLDERS)
        return self._line if is_watched else None

    def _line(self, frame: Any, event: str, _argument: Any) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines == self.die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self._line


def live(runtime: Runtime, order: dict[str, Any], answer: int) -> None:
    """The child: do what is asked, say how it went, end without cleaning up."""
    act, watched = ROLES[order["role"]]
    ahead = timedelta(seconds=order.get("ahead", 0))
    runtime.clock = lambda: utc_now() + ahead
    executioner = Executioner(watched, order.get("die_at"))
    sys.settrace(executioner)
    said = act(runtime, order)
    sys.settrace(None)
    os.write(answer, json.dumps({"said": said, "lines": executioner.lines}).encode())


def main() -> None:
    logs.configure("json", service="notes")
    runtime = make_runtime(Settings.from_environment(), Path(os.environ["NOTES_FOLDER"]))
    APPLICATIONS[id(runtime)] = web(runtime)
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                live(runtime, json.loads(line), writing)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        _pid, status = os.waitpid(child, 0)
        print("> " + json.dumps({"killed": os.WIFSIGNALED(status), **json.loads(said or b"{}")}), flush=True)


if __name__ == "__main__":
    main()
