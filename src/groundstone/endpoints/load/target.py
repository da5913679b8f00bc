"""From a plan to whom it asks: connections, wire, and the keys that the environment holds."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from groundstone.endpoints.load.client import Address, Client
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.runner import Target
from groundstone.endpoints.load.sign import NAMES, Signer, keys_of, region_of
from groundstone.endpoints.load.wires import wire
from groundstone.errors import ConfigError

_OTHERS = ("AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION", "AWS_DEFAULT_REGION", "HOME")


def target_of(plan: Plan, environment: Mapping[str, str]) -> Target:
    """Raises ConfigError when a key is missing; its words never hold one."""
    client = Client(Address.of(plan.url), plan.timeout, not plan.insecure)
    asked = wire(plan.wire)
    if asked.service and (not plan.key_env or "," in plan.key_env):
        return Target(client, asked, plan.model, signer=_signer(plan, client.address, asked.service, environment))
    return Target(client, asked, plan.model, _bearer(plan, environment))


def needed(plan: Plan, environment: Mapping[str, str]) -> dict[str, str]:
    """What of an environment a plan may need, for a process that is told over a pipe."""
    names = {*NAMES, *_OTHERS, *(name.strip() for name in plan.key_env.split(","))}
    return {name: environment[name] for name in sorted(names) if name in environment}


def _signer(plan: Plan, address: Address, service: str, environment: Mapping[str, str]) -> Signer | None:
    keys = keys_of(environment, plan.key_env)
    if keys is not None:
        return Signer(keys, service, region_of(address.host, environment, plan.region))
    if _is_loopback(address.host):
        return None  # a server of one's own may ask for none
    raise ConfigError(
        f"requests to {address.host} are signed: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or "
        "name the variables that hold the keys: --key-env ID,SECRET"
    )


def _bearer(plan: Plan, environment: Mapping[str, str]) -> dict[str, str]:
    if not plan.key_env:
        return {}
    if not (key := environment.get(plan.key_env)):
        raise ConfigError(f"{plan.key_env} is not set; it is to hold the key of the server")
    return {"authorization": f"Bearer {key}"}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
