"""nginx as a local process, with the configuration that compose uses too."""

import signal
from collections.abc import Mapping
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

from deploy.parts import binaries
from deploy.parts.process import Child, accepts, as_ordinary_user, give_to_ordinary_user

TEMPLATE = Path(__file__).resolve().parent.parent / "proxy" / "splot.conf.template"
SERVICES = ("people", "referrals", "programmes", "mentoring", "cooperatives", "notifications")
NOBODY = "127.0.0.1:9"  # the discard port: what is not running is answered with 503

MAIN = Template("""\
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/error.log warn;
events { worker_connections 1024; }
http {
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/splot.conf;
}
""")


def site(listen: str, upstreams: Mapping[str, str]) -> str:
    """The template filled in. `upstreams`: path prefix (`/` for people's, `/referrals/`, …) -> host:port."""
    by_service = {prefix.strip("/") or "people": address for prefix, address in upstreams.items()}
    unknown = set(by_service) - set(SERVICES)
    if unknown:
        raise ValueError(f"no such path in the proxy's configuration: {', '.join(sorted(unknown))}")
    addresses = {f"SPLOT_{name.upper()}": by_service.get(name, NOBODY) for name in SERVICES}
    # nginx's own $variables stay, as with envsubst.
    return Template(TEMPLATE.read_text(encoding="utf-8")).safe_substitute(addresses, SPLOT_LISTEN=listen)


class Nginx:
    """A reverse proxy on 127.0.0.1:`port`; `upstreams` as in site(). What is not named is answered with 503."""

    def __init__(self, folder: Path, port: int, upstreams: Mapping[str, str]) -> None:
        self.port = port
        self._folder = folder.resolve()
        self._upstreams = dict(upstreams)
        self._child = Child(
            "nginx",
            [binaries.nginx(), "-e", self._folder / "error.log", "-p", self._folder, "-c", self._folder / "nginx.conf"],
            log=self._folder / "nginx.log",
            as_user=as_ordinary_user(),
            stop_signal=signal.SIGQUIT,  # lets requests finish
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The one origin."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and returns when it listens."""
        give_to_ordinary_user(self._folder)
        main = MAIN.substitute(folder=self._folder)
        (self._folder / "nginx.conf").write_text(main, encoding="utf-8")
        (self._folder / "splot.conf").write_text(site(f"127.0.0.1:{self.port}", self._upstreams), encoding="utf-8")
        self._child.start()
        self._child.wait_ready(lambda: accepts(self.port))

    def stop(self) -> None:
        """Stops it when open requests are answered, at the latest after 20 s."""
        self._child.stop()

    def kill(self) -> None:
        """kill -9 of it and its worker."""
        self._child.kill()

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._child.running
