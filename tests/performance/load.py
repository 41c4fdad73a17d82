"""A load generator: keep-alive connections, a thread each, in several processes so that it does not wait for itself."""

import http.client
import json
import multiprocessing
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PROCESSES = 2


@dataclass(frozen=True)
class Request:
    path: str
    body: dict[str, Any]
    headers: dict[str, str]


def per_second(port: int, requests: Sequence[Request], *, clients: int = 8) -> float:
    """Answers a second while `clients` send the requests, each as soon as its last answer is there."""
    shares = [requests[n::PROCESSES] for n in range(PROCESSES)]
    context = multiprocessing.get_context("fork")
    failures: Any = context.Queue()
    processes = [
        context.Process(target=_send_all, args=(port, share, clients // PROCESSES, failures)) for share in shares
    ]
    began = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - began
    if not failures.empty():
        raise RuntimeError(f"an answer was not 201: {failures.get()}")
    return len(requests) / seconds


def _send_all(port: int, requests: Sequence[Request], clients: int, failures: Any) -> None:
    threads = [threading.Thread(target=_send, args=(port, requests[n::clients], failures)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send(port: int, requests: Sequence[Request], failures: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for request in requests:
        headers = {"Content-Type": "application/json", **request.headers}
        connection.request("POST", request.path, json.dumps(request.body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 201:
            failures.put(f"{answer.status} {text[:300]!r}")
            return
