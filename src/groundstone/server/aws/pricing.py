"""pricing: prices of instances, from the file ``prices.toml`` in the home folder; none are shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from groundstone.endpoints.capacity.accelerators import instances, read_prices
from groundstone.errors import NotFound
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import page

SERVICE = "AmazonSageMaker"
FORMAT = "aws_v1"
FAMILY = "ML Instance"
FILE = "prices.toml"
NAMES = (
    "gpu", "gpuType", "instanceName", "instanceType", "location", "platoinstancename", "platoinstancetype",
    "productFamily", "regionCode", "servicecode", "termType",
)  # fmt: skip
DIFFERENCES = (
    "Prices of an hour on demand for hosting, from prices.toml in the home folder, in every region alike.",
    "Their currency is told as USD, whatever it is.",
)


@operation("pricing", "GetProducts", differences=DIFFERENCES)
def products(call: AwsCall) -> Mapping[str, Any]:
    _known(call)
    filters, prices = call.params.get("Filters", ()), _prices(call)
    region = next((one["Value"] for one in filters if one["Field"] == "regionCode"), call.region)
    rows = [_attributes(name, region) for name in prices]
    wanted = [row for row in rows if all(_fits(row, one) for one in filters)]
    texts = [_product(row, prices[row["instanceName"]]) for row in wanted]
    some, token = _page(call, json.dumps([dict(one) for one in filters]), texts)
    return {"FormatVersion": FORMAT, "PriceList": some, **token}


@operation("pricing", "DescribeServices", differences=("AmazonSageMaker only.",))
def services(call: AwsCall) -> Mapping[str, Any]:
    if "ServiceCode" in call.params:
        _known(call)
    return {"FormatVersion": FORMAT, "Services": [{"ServiceCode": SERVICE, "AttributeNames": list(NAMES)}]}


@operation("pricing", "GetAttributeValues", differences=("Those of the products that have a price here.",))
def values(call: AwsCall) -> Mapping[str, Any]:
    _known(call)
    name = call.params["AttributeName"]
    if name not in NAMES:
        raise NotFound(f"The attribute {name[:60]!r} is not one of: {', '.join(NAMES)}.")
    found = sorted({row[name] for row in (_attributes(one, call.region) for one in _prices(call)) if row.get(name)})
    some, token = _page(call, name, [{"Value": value} for value in found])
    return {"AttributeValues": some, **token}


def _known(call: AwsCall) -> None:
    code = call.params["ServiceCode"]
    if code != SERVICE:
        raise NotFound(f"There are no prices of {code[:60]!r} here, only of {SERVICE}.")


def _prices(call: AwsCall) -> Mapping[str, float]:
    """Raises NotFound, as a list without prices would only lead to an error further on; ConfigError."""
    path = call.platform.settings.home / FILE
    if not path.is_file():
        raise NotFound(f'There are no prices here: write {FILE} into the home folder, lines of "ml.g5.2xlarge" = 1.50.')
    return read_prices(path)


def _attributes(name: str, region: str) -> dict[str, str]:
    known = instances().get(name)
    hardware = {"gpu": str(known.count), "gpuType": known.accelerator.name} if known else {}
    return {
        "servicecode": SERVICE,
        "productFamily": FAMILY,
        "instanceName": name,
        "instanceType": name.removeprefix("ml."),
        "platoinstancename": name,
        "platoinstancetype": "Hosting",
        "regionCode": region,
        "location": region,
        "termType": "OnDemand",
        **hardware,
    }


def _fits(row: Mapping[str, str], one: Mapping[str, str]) -> bool:
    """Whether a product passes a filter. TERM_MATCH compares without case, as at the original."""
    field, value, kind = one["Field"], one["Value"], one["Type"]
    have = row.get("servicecode" if field == "ServiceCode" else field, "")
    several = [part.strip().lower() for part in value.split(",")]
    if kind == "EQUALS":
        return have == value
    if kind == "CONTAINS":
        return value.lower() in have.lower()
    if kind in ("ANY_OF", "NONE_OF"):
        return (have.lower() in several) == (kind == "ANY_OF")
    return have.lower() == value.lower()


def _product(row: Mapping[str, str], price: float) -> str:
    """A product and its terms as the text of a JSON object, as the original sends it."""
    sku = sha256(row["instanceName"].encode()).hexdigest()[:16].upper()
    term, rate = f"{sku}.ONDEMAND", f"{sku}.ONDEMAND.HOUR"
    hour = {
        "rateCode": rate,
        "unit": "Hrs",
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"{row['instanceName']} for an hour of hosting",
        "pricePerUnit": {"USD": f"{price:.10f}"},
        "appliesTo": [],
    }
    terms = {"OnDemand": {term: {"sku": sku, "termAttributes": {}, "priceDimensions": {rate: hour}}}}
    attributes = {name: value for name, value in row.items() if name != "productFamily"}
    product = {"productFamily": row["productFamily"], "sku": sku, "attributes": attributes}
    return json.dumps({"product": product, "serviceCode": SERVICE, "terms": terms})


def _page(call: AwsCall, kind: str, items: Sequence[Any]) -> tuple[list[Any], dict[str, str]]:
    asked = {"maxResults": call.params.get("MaxResults"), "nextToken": call.params.get("NextToken")}
    some, token = page(f"{call.operation} {kind}", [((index, ""), item) for index, item in enumerate(items)], asked)
    return some, {"NextToken": token} if token else {}
