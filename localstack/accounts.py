"""The demo accounts: an admin, a member of staff and a customer, each with a random password.

They register like anybody else. Roles are set in the identity table, as the shop's owner would do
for the first admin: no request can do that."""

import base64
import json
import secrets
import time
import unicodedata
from datetime import datetime, timezone

import boto3
from api import Api
from common import REGION, Failed

ROLES = ("admin", "staff", "customer")

# Longer than any access token lives that was made before (shared/src/store/revocations.rs).
REVOCATION_SECONDS = 20 * 60


def credentials(known):
    """The accounts' names and passwords as variables: those known already, new ones for the rest."""
    values = {}
    for role in ROLES:
        email, password = f"ZOCO_{role.upper()}_EMAIL", f"ZOCO_{role.upper()}_PASSWORD"
        values[email] = known.get(email, f"{role}@zoco.example")
        values[password] = known.get(password, secrets.token_urlsafe(15))
    return values


def of_role(values, role):
    return values[f"ZOCO_{role.upper()}_EMAIL"], values[f"ZOCO_{role.upper()}_PASSWORD"]


def ensure_accounts(stack, values):
    """The demo accounts, made unless they are there. The shop asked as each of them, by role."""
    anyone = Api(stack.url)
    return {role: ensure_account(anyone, stack.tables, role, *of_role(values, role)) for role in ROLES}


def ensure_account(api, tables, role, email, password):
    """Registers the account unless it is there, with its role. The shop, asked as this user."""
    user = api.signed_in(email, password)
    if user is None:
        name = f"Demo {role}"
        answer = api.post("/auth/register", "users", {"email": email, "password": password, "displayName": name})
        if answer.status == 409:
            raise Failed(f"{email} has another password than .local/shop.env says; `make clean` starts afresh")
        if answer.status != 201:
            raise Failed(f"POST /auth/register answered {answer}")
        user = api.signed_in(email, password)
    if claims(user.token)["role"] != role:
        set_role(tables, email, role)
        user = api.signed_in(email, password)
    return user


def claims(token):
    """What an access token says of its user."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def fold(email):
    """What all spellings of an address have in common: the same as `email::fold` of the identity service."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email.strip()).casefold())


def find_account(tables, email):
    """The account of an address, as it is stored; `None` when nobody has registered with it."""
    key = {"pk": {"S": f"email#{fold(email)}"}}
    return dynamodb().get_item(TableName=tables.identity, Key=key, ConsistentRead=True).get("Item")


def set_role(tables, email, role):
    """Gives a registered user a role, as `update-user` would: on the profile and on the account that sign-in
    reads, with new credentials, so that older tokens do not hold any more. One transaction."""
    account = find_account(tables, email)
    user_id, version = account["userId"], int(account["credentialsVersion"]["N"])
    new = {":role": {"S": role}, ":new": {"N": str(version + 1)}, ":old": {"N": str(version)}}

    def part(key, also="", values=None):
        return {
            "Update": {
                "TableName": tables.identity,
                "Key": {"pk": {"S": key}},
                "UpdateExpression": "SET #role = :role, credentialsVersion = :new" + also,
                "ConditionExpression": "credentialsVersion = :old",
                "ExpressionAttributeNames": {"#role": "role"} | ({"#version": "version"} if also else {}),
                "ExpressionAttributeValues": new | (values or {}),
            }
        }

    now = {":one": {"N": "1"}, ":now": {"S": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}}
    revocation = {
        "userId": user_id,
        "credentialsVersion": new[":new"],
        "expiresAt": {"N": str(int(time.time()) + REVOCATION_SECONDS)},
    }
    dynamodb().transact_write_items(
        TransactItems=[
            part(f"user#{user_id['S']}", ", updatedAt = :now ADD #version :one", now),
            part(f"email#{fold(email)}"),
            {"Put": {"TableName": tables.revocations, "Item": revocation}},
        ]
    )


def dynamodb():
    return boto3.client("dynamodb", region_name=REGION)
