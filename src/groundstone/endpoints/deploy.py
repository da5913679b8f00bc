"""Deploying in one step: the next version of a model is registered, and answers behind its endpoint.

A package for the endpoint "payslips" becomes version n of the group "payslips" and the model "payslips-v<n>"; the
endpoint serves it alone, or beside the version before with a share of the requests.
"""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groundstone.endpoints.base import Content, Variant
from groundstone.endpoints.packages import MOST_BYTES
from groundstone.endpoints.registry import APPROVED
from groundstone.endpoints.service import FAILED, UNDER_WAY, Endpoints
from groundstone.errors import DocumentTooLarge, InvalidInput, ModelError, NotFound
from groundstone.identity import Principal

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

PATIENCE = 180.0  # seconds
LONGEST = 50  # characters of a name, so that "-v123" fits behind it


def deploy(
    endpoints: Endpoints,
    caller: Principal,
    name: str,
    *,
    package: bytes | None = None,
    model: str = "",
    share: float = 1.0,
    instances: int = 1,
) -> Resource:
    """A new version behind the endpoint ``name``, which is made if there is none. It loads in the background.

    Args:
        package: the archive; or ``model``: a name of the catalogue, or "kind:forensics".
        share: part of the requests that the new version answers, above 0 and up to 1; the others share the rest.
        instances: requests that it answers at the same time.

    Raises InvalidInput, UnreadableDocument, UnsupportedDocument, DocumentTooLarge, Conflict.
    """
    if not 0 < share <= 1:
        raise InvalidInput("the share of a new version is above 0 and at most 1")
    if len(name) > LONGEST:
        raise InvalidInput(f"the name of an endpoint that is deployed so has at most {LONGEST} characters")
    known = _known(endpoints, caller, name)
    before = [Variant.from_json(one) for one in known.body["variants"]] if known else []
    if share < 1 and not before:
        raise InvalidInput(f"the endpoint {name} serves nothing that could answer the other requests; leave out share")
    version = _registered(endpoints, caller, name, package, model)
    variant = Variant(f"v{version.name}", f"{name}-v{version.name}", Content(""), share, instances)
    endpoints.registry.create(caller, variant.model, version=version)
    config = variant.model
    try:
        endpoints.configure(caller, config, [*_scaled(before, 1 - share), variant], fixed=True)
        return endpoints.update(caller, name, config) if known else endpoints.create(caller, name, config)
    except BaseException:
        _forget(endpoints, caller, config, variant.model)
        raise


def ready(endpoints: Endpoints, caller: Principal, name: str, patience: float = PATIENCE) -> Resource:
    """The endpoint once it is in service. Raises ModelError when it failed, or is not after so many seconds."""
    end = time.monotonic() + patience
    while (found := endpoints.find(caller, name)).body["status"] in UNDER_WAY:
        if time.monotonic() > end:
            raise ModelError(f"the endpoint {name} is {found.body['status']} still, after {patience:g} seconds")
        time.sleep(0.02)
    if found.body["status"] == FAILED or found.body["reason"]:
        raise ModelError(f"the endpoint {name} is {found.body['status']}: {found.body['reason']}")
    return found


def packed(path: Path) -> bytes:
    """A package: the archive itself, or a folder made into one. Raises InvalidInput, DocumentTooLarge."""
    if path.is_file():
        if path.stat().st_size > MOST_BYTES:
            raise DocumentTooLarge(f"{path} has {path.stat().st_size >> 20} MB; {MOST_BYTES >> 20} MB are the most")
        return path.read_bytes()
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink()]
    if not files:
        raise InvalidInput(f"{path} is no archive and no folder with files")
    if sum(file.stat().st_size for file in files) > MOST_BYTES:
        raise DocumentTooLarge(f"{path} has more than {MOST_BYTES >> 20} MB")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:  # not compressed: weights do not get smaller
        for file in files:
            entry = tarfile.TarInfo(file.relative_to(path).as_posix())
            entry.size = file.stat().st_size  # no times or owners: the same files are the same package
            with file.open("rb") as data:
                archive.addfile(entry, data)
    return out.getvalue()


def _known(endpoints: Endpoints, caller: Principal, name: str) -> Resource | None:
    try:
        return endpoints.find(caller, name)
    except NotFound:
        return None


def _registered(endpoints: Endpoints, caller: Principal, name: str, package: bytes | None, model: str) -> Resource:
    registry = endpoints.registry
    try:
        registry.group(caller, name)
    except NotFound:
        registry.create_group(caller, name)
    return registry.register(caller, name, package=package, model=model, approval=APPROVED)


def _scaled(variants: Sequence[Variant], rest: float) -> list[Variant]:
    """Those that go on, with their weights scaled to ``rest`` together; none when nothing is left for them."""
    total = sum(variant.weight for variant in variants)
    if rest <= 0 or total <= 0:
        return []
    return [replace(variant, weight=variant.weight / total * rest) for variant in variants if variant.weight > 0]


def _forget(endpoints: Endpoints, caller: Principal, config: str, model: str) -> None:
    """What was made for a deployment that could not begin."""
    for delete, name in ((endpoints.delete_config, config), (endpoints.registry.delete, model)):
        try:
            delete(caller, name)
        except NotFound:
            continue
