"""Polite visits: one at a time per host group, robots.txt, conditional requests, and walls recognised for what they are."""

from __future__ import annotations

from watcher.fetch.groups import host_group
from watcher.fetch.refusal import refusal
from watcher.fetch.visits import Clock, Fetcher

__all__ = ["Clock", "Fetcher", "host_group", "refusal"]
