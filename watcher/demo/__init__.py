"""A pretend council on loopback that lives through a week in a minute, watched by exactly what watches real ones."""
