"""Tests of the local cloud's state between two runs."""

import json
import tempfile
import unittest
from pathlib import Path

from cloud import MiniStack


class ASavedCloud(unittest.TestCase):
    def test_begins_to_read_streams_anew_and_keeps_the_rest(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state/lambda.json"
            path.parent.mkdir()
            path.write_text(json.dumps({"payload": {"functions": {"f": 1}, "dynamodb_stream_positions": {"mapping": 1600}}}))
            MiniStack(4566, Path(folder), keep=True).forget_stream_positions()
            self.assertEqual(json.loads(path.read_text()), {"payload": {"functions": {"f": 1}}})

    def test_that_was_never_saved_has_nothing_to_forget(self):
        with tempfile.TemporaryDirectory() as folder:
            MiniStack(4566, Path(folder), keep=True).forget_stream_positions()


if __name__ == "__main__":
    unittest.main()
