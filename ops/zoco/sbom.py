"""The software bill of materials of a release, in CycloneDX: all that is in the programs that run at AWS, with versions,
licences, digests and what needs what. `make sbom` writes it, and each release has it as a file.

It has the crates that the programs are linked from (`cargo metadata`, `Cargo.lock`) and Swagger UI, which `edge` serves. Tools
that build, deploy and operate a shop are not part of it: `ops/requirements.txt` names those by their digests."""

import json
import re
import subprocess
import sys
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from zoco.workspace import ROOT, Failed, run

LOCKED = re.compile(r'name = "([^"]+)"\nversion = "([^"]+)"\n(?:source = "[^"]+"\n)?(?:checksum = "([0-9a-f]{64})"\n)?')
# A line of `cargo tree`: how deep it is, name and version.
NODE = re.compile(r"^(\d+)([A-Za-z][\w-]*) v(\S+)", re.M)
TARGETS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")


def bill():
    """The bill of materials of this checkout."""
    bom, licenses, digests = Bom(), LicenseFactory(), checksums()
    packages, needed = linked()
    components = {identity: component(package, digests, licenses) for identity, package in packages.items()}
    shop = Component(name="zoco", type=ComponentType.APPLICATION, version=version(packages), bom_ref="zoco")
    shop.licenses.add(licenses.make_from_string("MIT OR Apache-2.0"))
    bom.metadata.component = shop
    for found in [*components.values(), swagger_ui(licenses)]:
        bom.components.add(found)
    for identity, others in needed.items():
        bom.register_dependency(components[identity], sorted((components[other] for other in others), key=lambda one: one.name))
    programs = [found for identity, found in components.items() if "/functions/" in packages[identity]["manifest_path"]]
    bom.register_dependency(shop, programs)
    return bom


def cargo(*arguments):
    """What a command of Cargo prints."""
    return run("cargo", *arguments, "--locked", stdout=subprocess.PIPE, text=True).stdout


def linked():
    """The packages that the services' programs are linked from, by name and version, and which of them each needs."""
    known = {}
    for target in TARGETS:
        said = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", target))["packages"]
        known.update({(package["name"], package["version"]): package for package in said})
    services = [name for name, _ in known if (ROOT / "functions" / name / "Cargo.toml").exists()]
    chosen = [option for service in services for option in ("--package", service)]
    packages, needed = {}, {}
    for target in TARGETS:
        # Not what only builds or tests them. Features as in a build of the services alone.
        tree = cargo("tree", *chosen, "--edges", "normal", "--target", target, "--prefix", "depth")
        above = []
        for depth, name, number in NODE.findall(tree):
            identity, depth = (name, number), int(depth)
            packages[identity] = known[identity]
            del above[depth:]
            if above:
                needed.setdefault(above[-1], set()).add(identity)
            above.append(identity)
    return packages, needed


def checksums():
    """The SHA-256 of each package's archive, by name and version."""
    locked = LOCKED.findall((ROOT / "Cargo.lock").read_text(encoding="utf-8"))
    return {(name, number): checksum for name, number, checksum in locked if checksum}


def component(package, digests, licenses):
    """A crate, ours or another's."""
    name, number = package["name"], package["version"]
    purl = PackageURL("cargo", None, name, number) if package["source"] else None
    found = Component(name=name, version=number, type=ComponentType.LIBRARY, purl=purl, bom_ref=f"{name}@{number}")
    if package["license"]:
        found.licenses.add(licenses.make_from_string(package["license"].replace("/", " OR ")))
    if (name, number) in digests:
        found.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digests[(name, number)]))
    return found


def version(packages):
    """The version of the project, which all its crates have."""
    return next(package["version"] for package in packages.values() if not package["source"])


def swagger_ui(licenses):
    """Swagger UI, whose files are in the program of `edge`."""
    about = (ROOT / "functions/edge/assets/README.md").read_text(encoding="utf-8")
    found = re.search(r"swagger-ui-dist[^0-9]*([0-9]+\.[0-9]+\.[0-9]+)", about)
    if not found:
        raise Failed("functions/edge/assets/README.md does not say which swagger-ui-dist it is")
    purl = PackageURL("npm", None, "swagger-ui-dist", found[1])
    component_ = Component(name="swagger-ui-dist", version=found[1], type=ComponentType.LIBRARY, purl=purl, bom_ref="swagger-ui-dist")
    component_.licenses.add(licenses.make_from_string("Apache-2.0"))
    return component_


def write(path):
    """Writes the bill of materials. How many components it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bom = bill()
    path.write_text(JsonV1Dot6(bom).output_as_string(indent=2), encoding="utf-8")
    return len(bom.components)


def main():
    path = Path(sys.argv[1])
    print(f"{write(path)} components are in {path}")


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"error: {failed}")
