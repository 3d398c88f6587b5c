"""Which stack, region and account the tools talk to. The environment says, as for every AWS tool; the command line sets
it from its options (`target.py`)."""

import os

import boto3
from botocore.exceptions import ProfileNotFound

from zoco.workspace import Failed


def stack():
    """The name of the shop's stack."""
    return os.environ.get("STACK") or "zoco"


def region():
    """The region of the shop's stack, as boto3 finds it (AWS_DEFAULT_REGION, the profile), or AWS_REGION. There is no default: a
    shop in the wrong region is a second shop."""
    try:
        own = os.environ.get("AWS_DEFAULT_REGION") or boto3.session.Session().region_name
        named = own or os.environ.get("AWS_REGION")
    except ProfileNotFound as error:
        raise Failed(f"{error}: `aws configure --profile …` makes one") from None
    if not named and os.environ.get("AWS_ENDPOINT_URL"):
        # A local cloud has all its regions in one place.
        return "us-east-1"
    if not named:
        raise Failed("no region is named: --region, AWS_DEFAULT_REGION, or the profile (aws configure) says which")
    return named


def client(service, **options):
    """A client of an AWS service, in the stack's region."""
    return boto3.client(service, region_name=region(), **options)
