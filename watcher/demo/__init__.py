"""A pretend council on loopback that lives through a week in a minute, watched by exactly what watches real ones."""

from watcher.demo.council import Council, sites_yaml
from watcher.demo.week import run_demo

__all__ = ["Council", "run_demo", "sites_yaml"]
