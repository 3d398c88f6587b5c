"""What one product can sell in a second: a model of a stock item that many transactions want at once. Not a
measurement: DynamoDB is not here, and the local cloud never answers `TransactionConflict`.

    python3 localstack/tests/hot_product.py [PARTS]

A transaction occupies its items for a while (`OCCUPIED`); another that comes meanwhile is refused (TransactionConflict), and
tried again as `shared/dynamo/src/attempts.rs` does it. Buyers come by chance, so many a second; with PARTS, the stock
stands in so many items and a buyer takes any. Standard library only, the same result every time."""

import heapq
import random
import sys

# Seconds that a two-item transaction occupies its items: an assumption. What it comes to is about proportional to it.
OCCUPIED = (0.010, 0.020)
# As in the code: waits in seconds, doubled from the first to the longest, each with up to as much again by chance.
FIRST, LONGEST, RETRIES = 0.010, 0.250, 8
SECONDS = 60
OFFERED = (10, 25, 50, 100, 200, 400, 800)
# Write units that a try of a purchase of one product takes from the stock item's partition, refused or not.
UNITS = 2


def simulated(offered, parts, seconds=SECONDS, seed=7):
    """Sales a second, tries for each, the share that gave up (503), and how long the slowest percent waited."""
    chance = random.Random(seed)
    events, at, number = [], 0.0, 0
    while (at := at + chance.expovariate(offered)) < seconds:
        heapq.heappush(events, (at, number, at, 0))
        number += 1
    free, tries, waits, gave_up = [0.0] * parts, 0, [], 0
    while events:
        now, buyer, came, tried = heapq.heappop(events)
        tries += 1
        part = chance.randrange(parts)
        if free[part] <= now:
            free[part] = now + chance.uniform(*OCCUPIED)
            waits.append(free[part] - came)
        elif tried == RETRIES:
            gave_up += 1
        else:
            wait = min(FIRST * 2**tried, LONGEST) * (1 + chance.random())
            heapq.heappush(events, (now + wait, buyer, came, tried + 1))
    sold = len(waits)
    slowest = sorted(waits)[int(sold * 0.99)] if sold else 0
    return sold / seconds, tries / max(sold, 1), gave_up / number, slowest


def main():
    parts = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(f"| offered a second | sold ({parts} items) | tries a sale | units a second on the item | given up | slowest 1 % |")
    print("| --- | --- | --- | --- | --- | --- |")
    for offered in OFFERED:
        sold, tries, gave_up, slowest = simulated(offered, parts)
        units = sold * tries * UNITS / parts
        print(f"| {offered} | {sold:.0f} | {tries:.1f} | {units:.0f} | {gave_up:.0%} | {slowest * 1000:.0f} ms |")


if __name__ == "__main__":
    main()
