"""The configurator engine: rules in, exact answers out. Pure Python, without Django; see README.md beside it."""
