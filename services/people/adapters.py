"""The outside world as the proxy tells of it."""

from ipaddress import ip_address

from flask import Request


def client_address(request: Request) -> str:
    """Where the request came from: the nearest forwarder's word counts only when it is one of our own network."""
    peer = request.remote_addr or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told if told and _is_inside(peer) else peer


def _is_inside(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
