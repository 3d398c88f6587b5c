"""The local cloud, and the end-to-end tests that run on it."""
