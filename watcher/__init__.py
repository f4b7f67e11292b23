"""Ordinance Watcher: tells people when a city or county is about to change how it cooperates with ICE."""
