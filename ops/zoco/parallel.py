"""Doing the same with many things, several at once, and counting them for whoever waits."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

WORKERS = 8
# Where no bar can move.
SECONDS_BETWEEN_LINES = 5


def side_by_side(work, items, what, workers=WORKERS):
    """The results of work on each item, in the items' order. An exception ends it."""
    with counted(what, len(items)) as one_more, ThreadPoolExecutor(workers) as pool:
        for result in pool.map(work, items):
            one_more()
            yield result


@contextmanager
def counted(what, total=None):
    """Counts: as a bar with rate and remaining time, or by a line now and then where no terminal is. Without a total,
    what is to come is not known."""
    console = Console()
    start = printed = time.monotonic()
    done = 0
    columns = (
        TextColumn(f"      {what}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total, rate="–")

        def one_more():
            nonlocal done, printed
            done, now = done + 1, time.monotonic()
            rate = done / max(now - start, 0.001)
            bar.update(task, advance=1, rate=f"{rate:.0f}")
            if not console.is_terminal and now - printed >= SECONDS_BETWEEN_LINES:
                printed = now
                left = f" of {total}, {(total - done) / rate:.0f} s to go" if total else ""
                print(f"      {what}: {done}{left}, {rate:.0f}/s", flush=True)

        yield one_more
