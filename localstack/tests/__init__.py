"""End-to-end tests, and what they need. `run.py` is `make test`."""
