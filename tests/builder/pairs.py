"""Pairs of schemas with the mapping that a person would draw: target path, then source paths, then the transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_KINDS = {"int": "integer", "num": "number", "str": "string", "bool": "boolean"}


def schema(shape: Any, title: str = "") -> dict[str, Any]:
    """{"id": "int", "lines": [{"qty": "int"}], "state": "a|b"} as a JSON Schema; "str:date" has a format."""
    if isinstance(shape, dict):
        inner = {name: schema(one) for name, one in shape.items()}
        whole = {"type": "object", "properties": inner, "required": list(inner), "additionalProperties": False}
        return {"title": title, **whole} if title else whole
    if isinstance(shape, list):
        return {"type": "array", "items": schema(shape[0]), "minItems": 1}
    kind, _, form = shape.partition(":")
    if "|" in shape:
        return {"type": "string", "enum": shape.split("|")}
    return {"type": _KINDS[kind], "format": form} if form else {"type": _KINDS[kind]}


@dataclass(frozen=True)
class Pair:
    source: dict[str, Any]
    target: dict[str, Any]
    gold: dict[str, tuple[tuple[str, ...], str]]


def pair(source: Any, target: Any, gold: str) -> Pair:
    links = {}
    for line in gold.strip().splitlines():
        path, _, rest = line.strip().partition(" = ")
        transform, *sources = rest.split()
        links[path] = (tuple(sources), transform)
    return Pair(schema(source), schema(target), links)


ORDERS = pair(
    {
        "orderNo": "str", "orderDate": "str:date", "currency": "str", "grandTotal": "num",
        "state": "open|paid|shipped|canceled",
        "buyer": {"custNo": "int", "firstName": "str", "lastName": "str", "eMail": "str:email", "dob": "str:date",
        "newsletter": "bool"},
        "shipTo": {"street": "str", "zip": "str", "city": "str", "country": "str"},
        "positions": [{"sku": "str", "qty": "int", "unitPrice": "num", "text": "str"}],
    },
    {
        "order_number": "str", "placed_on": "str:date", "total_amount": "num", "currency_code": "str",
        "status": "OPEN|PAID|SHIPPED|CANCELLED",
        "customer": {"id": "str", "full_name": "str", "email": "str:email", "date_of_birth": "str:date"},
        "delivery_address": {"street": "str", "postal_code": "str", "city": "str", "country": "str"},
        "lines": [{"article_number": "str", "quantity": "int", "price": "num", "description": "str"}],
        "warehouse": "str",
    },
    """
    order_number = copy orderNo
    placed_on = copy orderDate
    total_amount = copy grandTotal
    currency_code = copy currency
    status = values state
    customer.id = to_text buyer.custNo
    customer.full_name = join buyer.firstName buyer.lastName
    customer.email = copy buyer.eMail
    customer.date_of_birth = copy buyer.dob
    delivery_address.street = copy shipTo.street
    delivery_address.postal_code = copy shipTo.zip
    delivery_address.city = copy shipTo.city
    delivery_address.country = copy shipTo.country
    lines[].article_number = copy positions[].sku
    lines[].quantity = copy positions[].qty
    lines[].price = copy positions[].unitPrice
    lines[].description = copy positions[].text
    """,
)  # fmt: skip
STAFF = pair(
    {
        "emp_id": "int", "name": "str", "hired": "str", "dept": "str", "annual_salary": "str", "active": "str",
        "phone_no": "str",
        "manager_email": "str:email", "sex": "m|f|x", "shoe_size": "int",
    },
    {
        "employeeId": "int", "givenName": "str", "familyName": "str", "hireDate": "str:date", "departmentName": "str",
        "salary": "num",
        "isActive": "bool", "telephone": "str", "gender": "male|female|other", "supervisor": {"email": "str:email"},
    },
    """
    employeeId = copy emp_id
    givenName = part name
    familyName = part name
    hireDate = to_date hired
    departmentName = copy dept
    salary = to_number annual_salary
    isActive = to_boolean active
    telephone = copy phone_no
    gender = values sex
    supervisor.email = copy manager_email
    """,
)  # fmt: skip
BOOKS = pair(
    {
        "books": [{"isbn13": "str", "title": "str", "authorName": "str", "published": "int", "pages": "int",
        "lang": "str", "createdAt": "str:date-time"}],
        "branch": {"name": "str", "addr": "str"},
    },
    {
        "library": {"name": "str", "address": "str"},
        "items": [{"isbn": "str", "name": "str", "author": "str", "publicationYear": "int", "pageCount": "int",
        "language": "str", "addedOn": "str:date", "shelf": "str"}],
    },
    """
    library.name = copy branch.name
    library.address = copy branch.addr
    items[].isbn = copy books[].isbn13
    items[].name = copy books[].title
    items[].author = copy books[].authorName
    items[].publicationYear = copy books[].published
    items[].pageCount = copy books[].pages
    items[].language = copy books[].lang
    items[].addedOn = to_date books[].createdAt
    """,
)  # fmt: skip
CLAIMS = pair(
    {
        "claim_ref": "str", "policy": {"number": "str", "holder": {"surname": "str", "forename": "str",
        "birthdate": "str:date", "mobile": "str"}},
        "loss_date": "str", "reported": "str:date-time", "amount_claimed": "num", "kind": "car|home|travel",
        "notes": "str", "closed": "bool",
        "attachments": [{"file": "str", "bytes": "int"}],
    },
    {
        "claimReference": "str", "policyNumber": "str", "claimant": {"firstName": "str", "lastName": "str",
        "dateOfBirth": "str:date", "phone": "str"},
        "incidentDate": "str:date", "reportDate": "str:date", "claimAmount": "num", "category": "CAR|HOME|TRAVEL",
        "description": "str",
        "isClosed": "bool", "documents": [{"fileName": "str", "size": "int"}], "adjuster": "str",
    },
    """
    claimReference = copy claim_ref
    policyNumber = copy policy.number
    claimant.firstName = copy policy.holder.forename
    claimant.lastName = copy policy.holder.surname
    claimant.dateOfBirth = copy policy.holder.birthdate
    claimant.phone = copy policy.holder.mobile
    incidentDate = to_date loss_date
    reportDate = to_date reported
    claimAmount = copy amount_claimed
    category = values kind
    description = copy notes
    isClosed = copy closed
    documents[].fileName = copy attachments[].file
    documents[].size = copy attachments[].bytes
    """,
)  # fmt: skip
GUESTS = pair(
    {
        "reservationId": "int", "guest": {"fullName": "str", "email": "str:email", "nationality": "str"},
        "arrival": "str:date", "departure": "str:date",
        "room": {"no": "str", "type": "single|double|suite", "ratePerNight": "num"}, "adults": "int",
        "children": "int", "paid": "yes|no",
        "extras": [{"label": "str", "cost": "num"}],
    },
    {
        "booking_id": "str", "first_name": "str", "last_name": "str", "mail": "str:email", "citizenship": "str",
        "check_in": "str:date", "check_out": "str:date",
        "room_number": "str", "room_category": "SINGLE|DOUBLE|SUITE", "nightly_price": "num",
        "number_of_adults": "int", "number_of_children": "int",
        "is_paid": "bool", "services": [{"name": "str", "price": "num"}], "loyalty_card": "str",
    },
    """
    booking_id = to_text reservationId
    first_name = part guest.fullName
    last_name = part guest.fullName
    mail = copy guest.email
    citizenship = copy guest.nationality
    check_in = copy arrival
    check_out = copy departure
    room_number = copy room.no
    room_category = values room.type
    nightly_price = copy room.ratePerNight
    number_of_adults = copy adults
    number_of_children = copy children
    is_paid = to_boolean paid
    services[].name = copy extras[].label
    services[].price = copy extras[].cost
    """,
)  # fmt: skip
VEHICLES = pair(
    {
        "fleet": [{"plate": "str", "make": "str", "model": "str", "yr": "int", "km": "num",
        "fuel": "petrol|diesel|electric", "lastService": "str",
                   "driver": {"name": "str", "licenceNo": "str"}, "insured": "bool"}],
        "companyName": "str", "exportedAt": "str:date-time",
    },
    {
        "organisation": "str", "created": "str:date-time",
        "vehicles": [{"licensePlate": "str", "manufacturer": "str", "model": "str", "year": "int", "mileage": "num",
        "fuelType": "Petrol|Diesel|Electric",
                      "lastServiceDate": "str:date", "driverName": "str", "driverLicense": "str",
                      "hasInsurance": "bool", "colour": "str"}],
    },
    """
    organisation = copy companyName
    created = copy exportedAt
    vehicles[].licensePlate = copy fleet[].plate
    vehicles[].manufacturer = copy fleet[].make
    vehicles[].model = copy fleet[].model
    vehicles[].year = copy fleet[].yr
    vehicles[].mileage = copy fleet[].km
    vehicles[].fuelType = values fleet[].fuel
    vehicles[].lastServiceDate = to_date fleet[].lastService
    vehicles[].driverName = copy fleet[].driver.name
    vehicles[].driverLicense = copy fleet[].driver.licenceNo
    vehicles[].hasInsurance = copy fleet[].insured
    """,
)  # fmt: skip
DEVELOP = {"orders": ORDERS, "staff": STAFF, "books": BOOKS}
JUDGE = {"claims": CLAIMS, "guests": GUESTS, "vehicles": VEHICLES}
