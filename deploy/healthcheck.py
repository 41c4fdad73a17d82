"""Whether this container lives: its web port answers, or, for a worker, its metrics do."""

import sys
import urllib.request

from shared.settings import Settings


def main() -> int:
    settings = Settings.from_environment()
    for port in (settings.metrics_port, settings.port):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2).close()
        except OSError:
            continue
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
