"""The commands of `zoco`, by what they are about: each module adds its own. What a command needs is imported when it is called,
so that `zoco --help` is quick."""

import sys
from typing import Annotated, Optional

import typer
from typer import Option

from zoco import target

HELP = """Operates a shop.

The shop is the one that runs on this machine (`make up`), unless --stack, --region, --profile or the AWS variables of the
environment (AWS_ENDPOINT_URL, AWS_PROFILE, AWS_ACCESS_KEY_ID, …) name another.

Exit statuses: 0 done · 1 not done, or a check found something · 2 wrong usage · 3 the shop does not answer ·
4 too early to judge (audit) · 130 stopped with Ctrl-C."""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
groups = {
    name: typer.Typer(help=text, no_args_is_help=True)
    for name, text in {
        "keys": "The key that signs access tokens: made once, rotated with overlap.",
        "api-keys": "The key of the calls between services: rotated with overlap.",
        "users": "Users and their roles.",
        "catalogue": "A whole catalogue from and to a file.",
        "sales": "Sales, for bookkeeping.",
        "migrate": "Stored items, from the shapes of an earlier release to those of the present one.",
        "backup": "What can be restored, exports of all tables, restoring a table.",
        "queues": "The queues between services and their dead letters.",
    }.items()
}
for name, group in groups.items():
    app.add_typer(group, name=name)


@app.callback()
def choose_shop(
    stack: Annotated[Optional[str], Option(help="The shop's stack. [default: zoco]")] = None,
    region: Annotated[Optional[str], Option(help="Its AWS region.")] = None,
    profile: Annotated[Optional[str], Option(help="The AWS profile to use.")] = None,
):
    """Decides which shop the command talks to."""
    if not {"--help", "-h"} & set(sys.argv):
        print(target.choose(stack, region, profile), file=sys.stderr, flush=True)
