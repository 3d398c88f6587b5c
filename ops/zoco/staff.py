"""The shop's API, asked as a member of staff."""

import os

from zoco.api import Api
from zoco.workspace import SHOP, Failed, read_env

SETTINGS = ("ZOCO_URL", "ZOCO_STAFF_EMAIL", "ZOCO_STAFF_PASSWORD")
# How often a busy shop is asked again.
PATIENCE = 6


def as_staff():
    """The shop of `make up`, or the one that the environment names, asked as a member of staff."""
    source = os.environ if "ZOCO_URL" in os.environ else read_env(SHOP)
    missing = [name for name in SETTINGS if name not in source]
    if missing:
        raise Failed(f"{', '.join(missing)} is not set: `make up` starts a shop, or name one in the environment")
    url, email, password = (source[name] for name in SETTINGS)
    staff = Api(url, patience=PATIENCE).signed_in(email, password)
    if staff is None:
        raise Failed(f"{url} does not know {email} by this password")
    return staff
