"""sagemaker: where the model of a container comes from: a bucket, a version of the registry, or the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.registry import MODEL_KEYS, SIMULATED
from groundstone.endpoints.simulate.served import with_environment
from groundstone.errors import InvalidInput, SourceError
from groundstone.server import auth
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall
from groundstone.server.aws.sagemaker import endpoints, found

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource

PACKAGE = "model-package"
UNSUPPORTED = {
    "MultiModelConfig": "an endpoint serves one model for each variant",
    "AdditionalModelDataSources": "pack everything into one archive",
    "InferenceSpecificationName": "a version has one specification",
}


def source(call: AwsCall, container: Mapping[str, Any]) -> dict[str, Any]:
    """Where a container's model comes from, as the registry takes it. Raises InvalidInput, Forbidden."""
    for name, why in UNSUPPORTED.items():
        if name in container:
            refuse(call, name, why)
    if container.get("Mode", "SingleModel") != "SingleModel":
        refuse(call, "Mode", "an endpoint serves one model for each variant")
    if package := container.get("ModelPackageName"):
        return {"version": version(call, package)}
    environment, address = container.get("Environment", {}), _address(call, container)
    own, hub = (environment.get(key, "") for key in MODEL_KEYS)
    if own or (hub and not address):
        named = own or hub
        simulated = named.startswith(f"{SIMULATED}:")
        return {"model": with_environment(named, environment) if simulated else named}
    if not address:
        raise InvalidInput(
            "the container names no model: give ModelDataUrl, ModelPackageName, or the name of a model of the "
            "catalogue as GROUNDSTONE_MODEL in Environment; images are never pulled"
        )
    auth.need_admin(call.platform, call.caller, "Reading buckets that the server can read")
    try:
        return {"package": endpoints(call).fetch(address)}
    except SourceError as error:
        raise InvalidInput(f"Could not find model data at {address}: {error}") from None


def version(call: AwsCall, name: str) -> Resource:
    """A version by its ARN, or by "group/number". Raises InvalidInput in the original's words."""
    named = name.partition(f":{PACKAGE}/")[2] or name
    group, _, number = named.partition("/")
    with found(call, PACKAGE, named):
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise InvalidInput(f'Could not find {PACKAGE} "{name[:200]}"; write the ARN of a version.')
        return endpoints(call).registry.version(call.caller, group, int(number))


def _address(call: AwsCall, container: Mapping[str, Any]) -> str:
    told = container.get("ModelDataSource", {}).get("S3DataSource")
    if told is None:
        return str(container.get("ModelDataUrl", ""))
    if told.get("CompressionType") != "Gzip" or told.get("S3DataType") != "S3Object":
        refuse(call, "ModelDataSource", "packages are one archive: S3DataType S3Object and CompressionType Gzip")
    return str(told["S3Uri"])
