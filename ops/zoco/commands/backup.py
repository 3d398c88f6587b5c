"""Backups: what can be restored, exports, and restoring a table."""

from datetime import datetime, timezone
from typing import Annotated, Optional

from typer import Argument, BadParameter, Option

from zoco.commands import groups
from zoco.commands.data import print_all
from zoco.commands.queues import TIMES


@groups["backup"].command("status")
def backup_status():
    """Shows from when until when each table can be restored."""
    from zoco.backup import status
    from zoco.resources import Resources

    print_all(status(Resources()))


@groups["backup"].command("export")
def export_tables(
    bucket: Annotated[str, Argument(help="The S3 bucket; it may be of another region or account.")],
    prefix: Annotated[str, Option(help="Where in the bucket.")] = "",
    at: Annotated[Optional[datetime], Option(formats=TIMES, help="The moment (UTC). [default: six minutes ago]")] = None,
):
    """Exports all tables, as they were at one moment, to S3. Reads no table: DynamoDB takes its backup."""
    from zoco.backup import export
    from zoco.resources import Resources

    print_all(export(Resources(), bucket, prefix, at and at.replace(tzinfo=timezone.utc)))


@groups["backup"].command("restore")
def restore_table(
    table: Annotated[str, Argument(help="The table by its name in the template: SalesTable.")],
    at: Annotated[Optional[datetime], Option(formats=TIMES, help="The moment (UTC) that it is restored to.")] = None,
    restored: Annotated[Optional[str], Option(help="Go on with a table that an earlier call has restored.")] = None,
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False,
):
    """Restores a table to a moment of the last 35 days, and puts it into the stack in the place of the present one, which stays."""
    from zoco.resources import Resources
    from zoco.restore import restore

    if (at is None) == (restored is None):
        raise BadParameter("give either --at with a time, or --restored with a table")
    ask = None if yes else lambda question: input(f"{question}. Go on? [y/N] ").strip().lower() in ("y", "yes")
    print_all(restore(Resources(), table, at and at.replace(tzinfo=timezone.utc), restored, ask))
