"""Which stack, region and account the tools talk to. The environment says, as for every AWS tool; the command line sets
it from its options (`target.py`)."""

import os

import boto3


def stack():
    """The name of the shop's stack."""
    return os.environ.get("STACK") or "zoco"


def region():
    """The region of the shop's stack."""
    named = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
    return named or boto3.session.Session().region_name or "us-east-1"


def client(service, **options):
    """A client of an AWS service, in the stack's region."""
    return boto3.client(service, region_name=region(), **options)
