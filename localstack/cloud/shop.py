"""The shop on this machine: `up` starts, deploys and fills it, `down` stops it, `clean` forgets it."""

import json
import sys

from localstack.cloud.accounts import ROLES, credentials, ensure_accounts, of_role
from localstack.cloud.command import main
from localstack.cloud.deploy import build, deploy_locally
from localstack.cloud.emulators import shops_cloud
from localstack.cloud.seed import seed
from zoco import migrate
from zoco.api import MEDIA_TYPE
from zoco.keys import ensure_keys
from zoco.resources import Resources
from zoco.workspace import LOCAL, SHOP, Failed, Progress, read_env, write_env


def up():
    cloud, progress = shops_cloud(), Progress(7)
    LOCAL.mkdir(exist_ok=True)
    with progress.step("building the functions (minutes the first time, seconds afterwards)"):
        build()
    with progress.step(f"starting {cloud.name}, at {cloud.endpoint}"):
        cloud.start()
        cloud.use()
    with progress.step("making the key that signs access tokens, unless there is one"):
        ensure_keys()
    with progress.step("deploying template.yaml"):
        stack = deploy_locally(cloud, LOCAL / "deploy.log")
    values = variables(cloud, stack, credentials(read_env(SHOP)))
    write_env(SHOP, values)
    with progress.step("migrating what is stored, if it is of an earlier release"):
        for line in migrate.run(Resources()):
            print(f"      {line}", flush=True)
    with progress.step("making the demo accounts"):
        users = ensure_accounts(stack, Resources(), values)
    with progress.step("filling the demo shop"):
        product = seed(users["staff"])
    farewell(stack, values, product)


def variables(cloud, stack, accounts):
    """The lines of `.local/shop.env`."""
    return {
        "ZOCO_URL": stack.url,
        "ZOCO_INTERNAL_URL": stack.internal_url,
        **cloud.environment(),
        **accounts,
        "ZOCO_INTERNAL_API_KEY": stack.internal_api_key,
    }


def farewell(stack, values, product):
    """The base URL, the accounts, and three lines to paste into a shell one after the other."""
    print(f"\nThe shop is up: {stack.url}\nIts API, to read and to try: {stack.url}/docs\n\nDemo accounts (also in .local/shop.env):")
    for role in ROLES:
        print("  {:<24}{}".format(*of_role(values, role)))
    print("\nLook at products, sign in as the customer, buy two cups:")
    for line in to_paste(stack.url, values, product):
        print(f"\n{line}")
    print()


def to_paste(url, values, product):
    """Lines for a shell: look at products, sign in as the customer, buy two pieces of a product."""
    email, password = of_role(values, "customer")
    session = resource("sessions", {"email": email, "password": password})
    sale = resource("sales", {"lines": [{"productId": product, "quantity": 2}]})
    json_api = f"-H 'Content-Type: {MEDIA_TYPE}'"
    token = """sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/'"""
    buyer = """-H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: try-$(date +%s)\""""
    return [
        f"curl -s '{url}/products?page%5Bsize%5D=3'",
        f"TOKEN=$(curl -s '{url}/auth/login' {json_api} -d '{session}' | {token})",
        f"curl -s '{url}/purchases' {json_api} {buyer} -d '{sale}'",
    ]


def resource(kind, attributes):
    """The document of a new resource."""
    return json.dumps({"data": {"type": kind, "attributes": attributes}})


def down():
    print(shops_cloud().stop())


def clean():
    shops_cloud().forget()
    for path in (SHOP, LOCAL / "deploy.log"):
        path.unlink(missing_ok=True)
    print("The shop is down and its data is forgotten.")


def command():
    commands = {"up": up, "down": down, "clean": clean}
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in commands:
        raise Failed("usage: shop.py up | down | clean")
    commands[name]()


if __name__ == "__main__":
    main(command)
