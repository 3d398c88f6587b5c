"""Which shop a command talks to: the one that runs on this machine (`make up`), unless the command line or the AWS
variables of the environment name another."""

import os
import urllib.error
import urllib.request

from zoco import aws
from zoco.workspace import SHOP, Unreachable, read_env

# Who sets one of these means another shop than the local one.
NAMED_BY = ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "STACK", "ZOCO_URL")


def choose(stack=None, region=None, profile=None):
    """Decides which shop this process talks to, and sets the environment so. One line that says which.

    Raises `Unreachable` when nothing is named and no shop runs on this machine."""
    given = {"STACK": stack, "AWS_DEFAULT_REGION": region, "AWS_PROFILE": profile}
    given = {name: value for name, value in given.items() if value}
    if not given and not any(os.environ.get(name) for name in NAMED_BY):
        return local_shop()
    os.environ.update(given)
    if url := os.environ.get("ZOCO_URL"):
        return f"shop: {url}, stack {aws.stack()}"
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        return f"shop: stack {aws.stack()} at {endpoint}"
    account = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    return f"shop: stack {aws.stack()} on AWS, region {aws.region()}, profile {account}"


def local_shop():
    """The shop that `make up` started."""
    values = read_env(SHOP)
    if not values:
        raise Unreachable("no shop runs on this machine: `make up` starts one; --stack, --region or --profile name another")
    if not answers(values["AWS_ENDPOINT_URL"]):
        raise Unreachable(f"the shop of this machine is down ({values['ZOCO_URL']}): `make up` starts it again")
    os.environ.update(values)
    return f"shop: {values['ZOCO_URL']}, on this machine"


def is_local_shop():
    """Whether the chosen shop is that of this machine."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    return bool(endpoint) and read_env(SHOP).get("AWS_ENDPOINT_URL") == endpoint


def answers(url):
    """Whether an HTTP server answers at a URL."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
