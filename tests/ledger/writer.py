"""Writes as fast as it can until it is killed; prints each number after it has been promised to be kept."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

from tests.ledger.things import NOON, alert, change, delivery, document, snapshot, state, visit
from watcher.ledger import Ledger
from watcher.model import Receipt
from watcher.snapshots import FolderLock, Objects

folder, start, place = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
with FolderLock(folder, "test writer") as lock, Ledger.open(place, alone="writer") as ledger:
    objects = Objects(folder, lock=lock)
    for cut_off, _ in ledger.owed(NOON, 10_000):
        if cut_off.channel == "newsroom":
            ledger.settle(cut_off, Receipt("found"), NOON)
    for n in count(start):
        seen = snapshot(n, digest=objects.save(f"page {n} ".encode() * 2000))
        ledger.record(
            [visit(n)],
            states=[state()],
            documents=[replace(document(n), snapshot=seen)],
            snapshots=[seen],
            changes=[change(n)],
            alerts=[alert(n)],
            deliveries=[delivery(n), delivery(n, "field")],
        )
        ledger.mark_sending([delivery(n).key], NOON)
        ledger.settle(replace(delivery(n), attempts=1), Receipt(str(n), thread="1"), NOON)
        print(n, flush=True)
