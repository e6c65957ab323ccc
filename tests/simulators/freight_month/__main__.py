"""``python -m tests.simulators.freight_month --seed 1 --shipments 500 --into DIR``"""

import argparse
from collections import Counter

from .month import Month


def main():
    parser = argparse.ArgumentParser(description="A month of shipments and carriers' bills.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shipments", type=int, default=10_000)
    parser.add_argument("--rate", type=float, help="share of shipments, for each kind of error")
    parser.add_argument("--into", required=True, help="folder for the files")
    args = parser.parse_args()
    month = Month(args.seed, args.shipments, args.rate)
    month.write(args.into)
    lines = sum(1 for _line in month.lines())
    print(f"{len(month.shipments)} shipments, {len(month.files)} files, {lines} lines")
    for kind, count in Counter(one.kind for one in month.planted).items():
        print(f"  {kind}: {count}")


if __name__ == "__main__":
    main()
