"""The files of a release, with programs that are none."""

import hashlib
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from zoco import release
from zoco.workspace import Failed


class ARelease(unittest.TestCase):
    def test_has_one_version_everywhere(self):
        found = release.version()
        self.assertEqual(release.version(f"v{found}"), found)
        with self.assertRaisesRegex(Failed, "the tag says 9.9.9"):
            release.version("v9.9.9")

    def test_has_notes_for_each_version_and_they_are_the_changelogs(self):
        found = release.releases()
        self.assertEqual(found[0][0], release.version())
        self.assertTrue(all(text.strip() for _, text in found))

    def test_has_the_programs_the_documents_and_the_digests_of_all(self):
        with tempfile.TemporaryDirectory() as root:
            root = Path(root)
            (root / "target/lambda/sales").mkdir(parents=True)
            (root / "target/lambda/sales/bootstrap").write_bytes(b"a program")
            for path in ("Cargo.toml", "CHANGELOG.md", "template.yaml", "ops/pyproject.toml", *release.DOCUMENTS.values()):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes((release.ROOT / path).read_bytes())
            folder = root / "files"
            with mock.patch.object(release, "ROOT", root), mock.patch.object(release.sbom, "write", lambda path: path.write_text("{}")):
                names = release.write(folder)
            self.assertEqual(len(names), 6)
            archive, = folder.glob("*.tar.gz")
            with tarfile.open(archive) as found:
                self.assertIn("target/lambda/sales/bootstrap", found.getnames())
            digests, = folder.glob("SHA256SUMS-*")
            lines = [line.split("  ") for line in digests.read_text().splitlines()]
            self.assertEqual({name for _, name in lines}, {archive.name, "openapi.json", "asyncapi.yaml", "zoco.cdx.json"})
            self.assertTrue(all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for digest, name in lines))

    def test_without_programs_is_refused_with_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(release, "version", lambda tag: "1.0.0"):
            with mock.patch.object(release, "ROOT", Path(folder)), self.assertRaisesRegex(Failed, "make build"):
                release.write(Path(folder) / "files")


if __name__ == "__main__":
    unittest.main()
