"""The files of a release, in `target/release-files`: `python -m zoco.release`, after `make build`.

The programs of this processor with the template, the documents of the HTTP API and of the events, the bill of materials, what
the changelog says of the version, and the digests of all. A tag in `GITHUB_REF_NAME` has to be the version's."""

import hashlib
import os
import platform
import re
import shutil
import sys
import tarfile

from zoco import sbom
from zoco.workspace import ROOT, Failed

FILES = ROOT / "target/release-files"
DOCUMENTS = {"openapi.json": "functions/edge/openapi.json", "asyncapi.yaml": "docs/asyncapi.yaml"}


def version(tag=None):
    """The version of the programs, which is that of the command line and of the changelog's first release, and of a tag."""
    found = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]
    others = {
        "ops/pyproject.toml": re.search(r'^version = "(.+)"', (ROOT / "ops/pyproject.toml").read_text(encoding="utf-8"), re.M)[1],
        "CHANGELOG.md": releases()[0][0],
        **({"the tag": tag.removeprefix("v")} if tag else {}),
    }
    wrong = [f"{where} says {other}" for where, other in others.items() if other != found]
    if wrong:
        raise Failed(f"Cargo.toml is of version {found}, but {' and '.join(wrong)}")
    return found


def releases():
    """The releases of the changelog, the newest first: their versions and what it says of them."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.findall(r"^## (\d\S*) \(\d{4}-\d\d-\d\d\)\n(.*?)(?=^## |\Z)", text, re.M | re.S)


def write(folder=FILES, tag=None):
    """Writes the files of a release. Their names."""
    number, arm = version(tag), platform.machine().lower() in ("arm64", "aarch64")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tarfile.open(folder / f"zoco-{number}-{'arm64' if arm else 'x86_64'}.tar.gz", "w:gz") as archive:
        for path in ("template.yaml", "target/lambda"):
            if not (ROOT / path).exists():
                raise Failed(f"{path} is not there: make build")
            archive.add(ROOT / path, path)
    for name, path in DOCUMENTS.items():
        shutil.copy(ROOT / path, folder / name)
    sbom.write(folder / "zoco.cdx.json")
    # For the notes of the release; the digests are those of all else.
    digests = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(folder.iterdir())]
    (folder / f"SHA256SUMS-{'arm64' if arm else 'x86_64'}").write_text("\n".join(digests) + "\n", encoding="utf-8")
    (folder / "NOTES.md").write_text(releases()[0][1].strip() + "\n", encoding="utf-8")
    return sorted(path.name for path in folder.iterdir())


def main():
    tag = os.environ.get("GITHUB_REF_NAME") if os.environ.get("GITHUB_REF_TYPE") == "tag" else None
    for name in write(tag=tag):
        print(FILES.relative_to(ROOT) / name)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"error: {failed}")
