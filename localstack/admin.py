"""`make admin EMAIL=ana@shop.example`: makes a registered user an admin, directly in the table.

For the first admin of a shop: no request can do that. On AWS with your credentials; for the shop of
`make up`, with the variables of `.local/shop.env` (`set -a; . .local/shop.env; set +a`)."""

import os

from accounts import find_account, set_role
from common import Failed, main
from deploy import existing, tables_of


def command():
    email = os.environ.get("EMAIL", "").strip()
    if not email:
        raise Failed("whom? make admin EMAIL=ana@shop.example")
    tables = tables_of(existing())
    if find_account(tables, email) is None:
        raise Failed(f"nobody has registered as {email}: that comes first (POST /auth/register)")
    set_role(tables, email, "admin")
    print(f"{email} is an admin from the next sign-in on; sessions of before have ended")


if __name__ == "__main__":
    main(command)
