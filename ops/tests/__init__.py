"""Tests of the operator's command line, without a shop."""
