"""`make admin EMAIL=ana@shop.example`: makes a registered user an admin, directly in the table.

For the first admin of a shop: no request can do that. On AWS with your credentials; for the shop of
`make up`, with the variables of `.local/shop.env` (`set -a; . .local/shop.env; set +a`)."""

import os
import unicodedata

import boto3
from accounts import set_role
from common import REGION, STACK, Failed, main
from deploy import described, outputs


def command():
    email = unicodedata.normalize("NFC", os.environ.get("EMAIL", "").strip()).lower()
    if not email:
        raise Failed("whom? make admin EMAIL=ana@shop.example")
    stack = described()
    if stack is None:
        raise Failed(f"there is no stack {STACK} here: name it by STACK, and its cloud by AWS_ENDPOINT_URL")
    table = outputs(stack)["IdentityTable"]
    key = {"pk": {"S": f"email#{email}"}}
    account = boto3.client("dynamodb", region_name=REGION).get_item(TableName=table, Key=key, ConsistentRead=True)
    if "Item" not in account:
        raise Failed(f"nobody has registered as {email}: that comes first (POST /auth/register)")
    set_role(table, account["Item"]["userId"]["S"], email, "admin")
    print(f"{email} is an admin from the next sign-in on")


if __name__ == "__main__":
    main(command)
