"""The shop on this machine: the local cloud that it runs on, its demo data."""
