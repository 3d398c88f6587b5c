"""Tests of the project's structure, which need nothing built: names, layers, the template. They are the first of `make test`."""
