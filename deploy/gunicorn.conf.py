"""How a web process is served: one worker with threads; more load is more processes (docs/architecture.md)."""

from typing import Any

from shared import metrics
from shared.settings import Settings

settings = Settings.from_environment()

bind = f"{settings.host}:{settings.port}"
workers = 1
worker_class = "gthread"
threads = settings.threads
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file belongs in memory, as gunicorn's manual advises
control_socket_disable = True
graceful_timeout = 20
timeout = 60
keepalive = 5
accesslog = None
errorlog = "-"
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Metrics are served by the worker, on the internal port, never by the public one."""
    worker.splot_metrics = metrics.serve(settings.metrics_port, settings.metrics_host)
