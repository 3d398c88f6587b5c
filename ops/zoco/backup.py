"""Backups of a shop's tables: how far back each can be restored, and exports of all of them, of one moment, to S3."""

import os
from datetime import datetime, timedelta, timezone

from botocore.exceptions import ClientError

from zoco import aws
from zoco.parallel import side_by_side
from zoco.workspace import Failed

# Five minutes ago at the latest, says "DynamoDB point-in-time recovery"; some more, for clocks that differ.
BEHIND = timedelta(minutes=6)
# Exports of a table take minutes to hours: DynamoDB reads its backup, not the table.
PATIENCE = {"Delay": 30, "MaxAttempts": 2 * 60 * 24}


def tables(resources):
    """The shop's tables by their logical ids."""
    return {name: id for name, id in sorted(resources.ids.items()) if name.endswith("Table")}


def window(dynamodb, table):
    """From when until when a table can be restored; nothing when it cannot be."""
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = found.get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return None
    return recovery.get("EarliestRestorableDateTime"), recovery.get("LatestRestorableDateTime")


def status(resources):
    """From when until when each table can be restored. A line for each; fails in the end when one cannot be."""
    dynamodb, without = aws.client("dynamodb"), []
    for name, table in tables(resources).items():
        found = window(dynamodb, table)
        if found is None:
            without.append(name)
        times = " to ".join(f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in found if time) if found else ""
        said = f"can be restored to any second: {times}" if found else "CANNOT BE RESTORED: its point-in-time recovery is off"
        yield f"{name:<17} {said}"
    if without:
        raise Failed(f"deploy again: the template switches point-in-time recovery on ({', '.join(without)})")


def export(resources, bucket, prefix="", at=None):
    """Exports all tables as they were at one moment to a bucket, and waits. A line for each. The bucket may be of another account
    or region; who calls it has to be allowed to write there."""
    check_local("an export")
    dynamodb = aws.client("dynamodb")
    at = at or datetime.now(timezone.utc) - BEHIND
    for name, table in tables(resources).items():
        found = window(dynamodb, table)
        if found is None or (found[0] and at < found[0]):
            raise Failed(f"{name} cannot be exported as of {at:%Y-%m-%dT%H:%M:%SZ}: see `zoco backup status`. Nothing was begun.")
    begun = {}
    for name, table in tables(resources).items():
        arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
        where = "/".join(part for part in (prefix.strip("/"), f"{at:%Y%m%dT%H%M%SZ}", name) if part)
        asked = {"TableArn": arn, "S3Bucket": bucket, "S3Prefix": where, "ExportTime": at, "ExportFormat": "DYNAMODB_JSON"}
        try:
            begun[name] = dynamodb.export_table_to_point_in_time(**asked)["ExportDescription"]["ExportArn"]
        except ClientError as error:
            already = f"; already begun: {', '.join(begun)}" if begun else ""
            raise Failed(f"{name} is not exported: {error}{already}") from None
    yield f"{len(begun)} tables are exported as they were at {at:%Y-%m-%dT%H:%M:%SZ}"

    def ended(name):
        dynamodb.get_waiter("export_completed").wait(ExportArn=begun[name], WaiterConfig=PATIENCE)
        return dynamodb.describe_export(ExportArn=begun[name])["ExportDescription"]

    for name, found in zip(begun, side_by_side(ended, list(begun), "tables", len(begun))):
        yield f"{name:<17} {found['ItemCount']} items, {found['BilledSizeBytes']} bytes: s3://{bucket}/{found['ExportManifest']}"


def check_local(what):
    """Refuses what a local cloud does not have."""
    if os.environ.get("AWS_ENDPOINT_URL"):
        raise Failed(f"{what} is done by DynamoDB's backups, which a local cloud does not have")
