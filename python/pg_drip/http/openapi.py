"""/openapi.json, as FastAPI derives it, with the problems that routes can answer; and /docs, a page without assets."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from pg_drip.http.models import Problem
from pg_drip.http.problems import MEDIA_TYPE, OWN_CODES
from pg_drip.http.routing import GuardedRoute

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.routing import APIRoute

_HEADER_SCHEMES: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}]
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    "token": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "A key of scope webhook, for who can set no header.",
    },
}
_EXAMPLE = {
    "type": "about:blank",
    "title": "Bad Request",
    "status": 400,
    "detail": "formId: Field required.",
    "code": "DR400",
    "errors": [{"field": "formId", "message": "Field required"}],
    "requestId": "7c9e6679f1a24ae5b3a1f0a7e3cb8a11",
}


def describe(app: FastAPI, routes: list[APIRoute]) -> dict[str, Any]:
    """The OpenAPI document.

    Args:
        app: the application, for its title and version.
        routes: its routes.
    """
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
    )
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schemas["Problem"].pop("$defs", {})
    document["components"]["securitySchemes"] = _SCHEMES
    for route in routes:
        for method in route.methods or ():
            _complete(document["paths"][route.path_format][method.lower()], route)
    return document


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses = {
        status: answer for status, answer in responses.items() if answer.get("description") != "Successful Response"
    }
    statuses = {429, 500} if route.path_format != "/healthz" else set()
    if route.path_format == "/readyz":
        statuses = {500}
    if isinstance(route, GuardedRoute):
        access = route.endpoint.access  # type: ignore[attr-defined]
        operation["security"] = [*_HEADER_SCHEMES, *([{"token": []}] if access.with_token else [])]
        statuses |= {400, 401, 403, 503}
        if "{" in route.path_format:
            statuses |= {404}
        if "requestBody" in operation or "DELETE" in (route.methods or ()):
            statuses |= {408, 413, 415}
        if "requestBody" in operation:
            statuses |= {404, 409}
    for status in sorted(statuses):
        responses[str(status)] = _problem(status)
    for answered in responses.values():
        answered.setdefault("headers", {})["X-Request-ID"] = {
            "description": "The request's id, as in the log: the one that came, or a new one.",
            "schema": {"type": "string"},
        }
    operation["responses"] = responses


def _problem(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": OWN_CODES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 400:
        found["content"][MEDIA_TYPE]["example"] = _EXAMPLE
    if status in (429, 503):
        found["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return found


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "code,pre{font:14px/1.4 ui-monospace,monospace;background:#f4f4f4}pre{padding:.7rem;overflow:auto}"
    "summary{cursor:pointer;padding:.3rem 0}summary b{display:inline-block;min-width:4.5rem}"
    "table{border-collapse:collapse}td{border:1px solid #ccc;padding:.2rem .6rem}"
)


def render(document: dict[str, Any]) -> str:
    """The document as a page that needs nothing from anywhere else."""
    info = document["info"]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f"<title>{html.escape(info['title'])}</title><style>{_STYLE}</style>",
        f"<h1>{html.escape(info['title'])} {html.escape(info['version'])}</h1>",
        f"<p>{html.escape(info.get('description', ''))}</p>",
        "<p>The same for machines: <a href=openapi.json>openapi.json</a>.</p>",
    ]
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_render_operation(path, method, operation, document))
    for tag, rendered in by_tag.items():
        parts += [f"<h2>{html.escape(tag)}</h2>", *rendered]
    return "".join(parts)


def _render_operation(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    heading = f"<b>{method.upper()}</b> <code>{html.escape(path)}</code> {html.escape(operation['summary'])}"
    parts = [f"<details><summary>{heading}</summary>", f"<p>{html.escape(operation.get('description', ''))}</p>"]
    parts.append(f"<p>{'Asks for a key.' if operation.get('security') else 'Asks for no key.'}</p>")
    for parameter in operation.get("parameters", []):
        text = f"{parameter['in']}: {parameter.get('description', '')}"
        parts.append(f"<p><code>{html.escape(parameter['name'])}</code> {html.escape(text)}</p>")
    if content := operation.get("requestBody", {}).get("content"):
        schema = _resolve(content["application/json"]["schema"], document)
        parts.append(f"<p>Body</p><pre>{html.escape(json.dumps(schema.get('examples', schema), indent=2))}</pre>")
        parts.append(_render_fields(schema))
    rows = "".join(
        f"<tr><td>{status}<td>{html.escape(answer['description'])}" for status, answer in operation["responses"].items()
    )
    return "".join([*parts, f"<p>Answers</p><table>{rows}</table></details>"])


def _render_fields(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{html.escape(name)}</code><td>{'needed' if name in required else ''}"
        f"<td>{html.escape(field.get('description', ''))}"
        for name, field in schema.get("properties", {}).items()
    )
    return f"<table>{rows}</table>"


def _resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    for choice in [schema, *schema.get("anyOf", [])]:
        if reference := choice.get("$ref"):
            found: dict[str, Any] = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
            return found
    return schema
