"""OpenAPI 3.1 of a service, made from its routes and their schemas; nothing is written twice."""

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from shared.service import Service
from shared.web.api import Route

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
PROBLEM = {"$ref": "#/components/schemas/Problem"}
REFUSALS = {
    400: "The body is not JSON", 401: "No valid token", 403: "The role never has this", 404: "Not there, or not yours",
    409: "Not possible now", 412: "Changed in between", 413: "Too large", 415: "Not JSON", 422: "To be corrected",
    429: "Too many attempts", 503: "A part is away",
}  # fmt: skip


class Problem(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    actions = fields.List(fields.String())


def describe(service: Service) -> dict[str, Any]:
    spec = APISpec(
        title=f"Splot {service.name}", version="1", openapi_version="3.1.0", plugins=[MarshmallowPlugin(_schema_name)]
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    spec.components.schema("Problem", schema=Problem)
    paths: dict[str, dict[str, Any]] = {}
    for route in service.api.routes:
        path = f"/{service.name}/api/v1" + PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    for path, operations in paths.items():
        spec.path(path=path, operations=operations)
    return spec.to_dict()


def _schema_name(schema: Any) -> str:
    made = schema if isinstance(schema, type) else type(schema)
    return str(made.__name__)


def _operation(route: Route) -> dict[str, Any]:
    summary, _blank, description = (route.view.__doc__ or route.view.__name__.replace("_", " ")).partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": f"{route.view.__name__}",
        "summary": " ".join(summary.split()),
        "security": [{"token": []}] if route.action else [],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if description.strip():
        operation["description"] = " ".join(description.split())
    if route.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found: list[dict[str, Any]] = [
        {"in": "path", "name": name, "required": True, "schema": text} for name in PARAMETER.findall(route.path)
    ]
    for name, one in (route.query.fields if route.query else {}).items():
        kind = (
            "integer" if isinstance(one, fields.Integer) else "boolean" if isinstance(one, fields.Boolean) else "string"
        )
        found.append({"in": "query", "name": name, "required": one.required, "schema": {"type": kind}})
    if route.method != "GET":
        found.append({"in": "header", "name": "If-Match", "required": False, "schema": text})
    if route.creates:
        found.append({"in": "header", "name": "Idempotency-Key", "required": False, "schema": text})
    return found


def _responses(route: Route) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": PROBLEM}}
    statuses = [s for s in REFUSALS if s not in ({400, 412, 413, 415} if route.method == "GET" else set())]
    if not route.action:
        statuses = [s for s in statuses if s not in (401, 403)]
    found: dict[str, Any] = {str(s): {"description": REFUSALS[s], "content": problem} for s in statuses}
    found["201" if route.creates else "200" if route.returns else "204"] = _success(route)
    return found


def _success(route: Route) -> dict[str, Any]:
    if route.returns is None:
        return {"description": "Done"}
    schema: Any = route.returns
    if route.many or _is_paged(route):
        items = {"type": "array", "items": route.returns}
        properties = {"items": items, "next": {"type": ["string", "null"]}}
        schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _is_paged(route: Route) -> bool:
    """It takes a cursor, and what it returns is not a list already."""
    takes_a_cursor = route.query is not None and "cursor" in route.query.fields
    return takes_a_cursor and route.returns is not None and "items" not in route.returns().fields
