"""The `splot` command. Every subcommand says what to type next when something is wrong."""

import sys
from pathlib import Path
from typing import Any

import click

from deploy.embedded import CannotStart
from deploy.services import NAMES
from shared.settings import Settings, SettingsError, described

SERVICE = click.Choice(NAMES)


class OneSentence(click.Group):
    """Turns what can be foreseen into one sentence on standard error, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from deploy.parts.binaries import MissingPart
        from deploy.parts.process import ProcessError
        from shared.errors import Refusal

        try:
            return super().invoke(ctx)
        except (SettingsError, CannotStart, MissingPart, ProcessError, Refusal) as error:
            click.echo(f"splot: {str(error) or type(error).__name__}", err=True)
            ctx.exit(1)


@click.group(cls=OneSentence, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Splot: referrals, mentoring and social cooperatives for a region's partnership."""


@main.command()
def run() -> None:
    """Start the embedded partnership: SQLite, one web and one worker process."""
    from deploy import embedded

    sys.exit(embedded.run(Settings.from_environment()))


@main.command()
@click.option("--brokers", type=click.Choice(["1", "3"]), default="1", show_default=True, help="Kafka brokers.")
@click.option("--port", default=8000, show_default=True, help="Port of the one origin.")
@click.option("--base-port", default=8100, show_default=True, help="First of the 40 ports of the parts.")
@click.option("--data", default="var/stack", show_default=True, help="Folder of data and logs.")
@click.option("--demo/--no-demo", default=True, show_default=True, help="Load the demo region and play the story.")
def stack(brokers: str, port: int, base_port: int, data: str, demo: bool) -> None:
    """Start the whole system on real Kafka and PostgreSQL, without Docker."""
    from deploy import local_stack

    sys.exit(
        local_stack.serve(Path(data), brokers=1 if brokers == "1" else 3, port=port, base_port=base_port, demo=demo)
    )


@main.command()
def settings() -> None:
    """List every setting with its default and meaning."""
    for name, default, meaning in described():
        click.echo(f"{name}={default}\n    {meaning}")


def _part(role: str, help_text: str) -> None:
    @main.command(role, help=help_text)
    @click.argument("service", type=SERVICE)
    def start(service: str) -> None:
        from deploy.services import composition
        from shared import process

        application = f"services.{service}.app:application()"
        sys.exit(process.main(composition(service).make_runtime, application=application, arguments=[role]))


for _role, _help in (
    ("api", "Serve one service's API and pages."),
    ("worker", "Relay, consume and work for one service, in one process."),
    ("relay", "Move one service's facts from its outbox to the event log."),
    ("consume", "Take other services' facts in for one service."),
    ("work", "Do what time makes happen in one service."),
    ("migrate", "Bring one service's database to the newest revision."),
):
    _part(_role, _help)


@main.command()
@click.option("--follow", is_flag=True, help="Go on with what is appended.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, headers and data.")
def events(follow: bool, as_json: bool) -> None:
    """Show what is in the event log."""
    from deploy import operations

    for line in operations.events(Settings.from_environment(), follow=follow, as_json=as_json):
        click.echo(line)


@main.group()
def parked() -> None:
    """Events that could not be taken in: look, try again, or discard."""


@parked.command("list")
@click.option("--service", type=SERVICE, help="Only this service's.")
def parked_list(service: str | None) -> None:
    """List parked events."""
    from deploy import operations

    for line in operations.parked(Settings.from_environment(), [service] if service else NAMES):
        click.echo(line)


@parked.command("show")
@click.argument("service", type=SERVICE)
@click.argument("parked_id")
def parked_show(service: str, parked_id: str) -> None:
    """Show one parked event with its data."""
    from deploy import operations

    click.echo(operations.parked_one(Settings.from_environment(), service, parked_id))


@parked.command("retry")
@click.argument("service", type=SERVICE)
@click.argument("parked_id")
def parked_retry(service: str, parked_id: str) -> None:
    """Try a parked event again now."""
    from deploy import operations

    operations.retry(Settings.from_environment(), service, parked_id)
    click.echo("It is tried again within a second.")


@parked.command("discard")
@click.argument("service", type=SERVICE)
@click.argument("parked_id")
@click.option("--reason", required=True, help="Why it can be done without; kept.")
def parked_discard(service: str, parked_id: str, reason: str) -> None:
    """Go on without a parked event."""
    from deploy import operations

    operations.discard(Settings.from_environment(), service, parked_id, reason=reason)
    click.echo("Discarded; later events of its aggregate go on.")


@main.command()
@click.option("--since", required=True, help="RFC 3339, such as 2026-03-01T00:00:00Z.")
@click.option("--service", type=SERVICE, help="Only this service's facts.")
def republish(since: str, service: str | None) -> None:
    """Send facts again after a broker has lost data."""
    from deploy import operations

    count = operations.republish(Settings.from_environment(), [service] if service else NAMES, since=since)
    click.echo(f"{count} facts are sent again by the relays.")


@main.command()
@click.argument("service", type=SERVICE)
def rebuild(service: str) -> None:
    """Drop a service's projections and build them anew from the log."""
    from deploy import operations

    click.echo(f"{operations.rebuild(Settings.from_environment(), service)} facts were read again.")


@main.command()
def doctor() -> None:
    """Look at every service: database, migrations, outbox, lag, parked events."""
    from deploy import operations

    lines, healthy = operations.doctor(Settings.from_environment())
    for line in lines:
        click.echo(line)
    sys.exit(0 if healthy else 1)


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, help="A role; may be given several times.")
@click.option("--institution", help="Id of the institution in which the roles are held.")
@click.option("--name", help="Shown to colleagues; the username when not given.")
@click.option("--email", help="Where neutral notices may go.")
@click.password_option(help="Asked for when not given.")
def user_add(
    username: str, roles: tuple[str, ...], institution: str | None, name: str | None, email: str | None, password: str
) -> None:
    """Make an account."""
    from deploy import operations

    account = operations.make_account(
        Settings.from_environment(),
        username=username,
        password=password,
        roles=[] if institution else list(roles),
        memberships={institution: list(roles)} if institution else {},
        display_name=name or username,
        email=email,
    )
    click.echo(f"{username} can sign in; account {account}.")


@main.command()
@click.argument("service", type=SERVICE)
def provision(service: str) -> None:
    """Make one service's PostgreSQL database and its two roles, where they are not there yet.

    SPLOT_DATABASE_OWNER_URL is the superuser's address; the passwords come from the files /run/secrets/<role>.
    """
    from deploy import operations

    operations.provision(Settings.from_environment(), service)
    click.echo(f"The database of {service} is there.")


if __name__ == "__main__":
    main()
