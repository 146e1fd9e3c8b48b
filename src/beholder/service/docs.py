"""`/openapi.json`, and `/docs`: the same as a page, which loads nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

import msgspec
from litestar import Litestar, Response, get

from beholder.pages import assets
from beholder.service.access import needs
from beholder.service.asking import Asking, running_of
from beholder.service.interactions import Events
from beholder.service.items import ItemBody, ItemPatch
from beholder.service.problems import Problem
from beholder.service.search import SearchRequest
from beholder.service.users import Profiling, Wish

JSON = "application/json"
FORM = "multipart/form-data"
METHODS = ("get", "post", "put", "patch", "delete")
STYLE = """\
:root { color-scheme: light dark; background: Canvas; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; font-size: 1.1rem }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
h2 code { padding: .1em .4em; border: 1px solid; border-radius: .3em }
pre { overflow: auto; padding: .8rem; border: 1px solid #8886; border-radius: .4em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
"""


@get("/openapi.json", opt=needs("docs"))
async def openapi(request: Asking) -> dict[str, Any]:
    """Describe every address for programs."""
    return _described(request)


@get("/docs", media_type="text/html", opt=needs("docs"))
async def docs(request: Asking) -> Response[str]:
    """Describe every address for people."""
    root = running_of(request).settings.serve.root_path
    return Response(_page(_described(request), root), media_type="text/html")


@get("/docs/style.css", media_type="text/css", opt=needs("docs"))
async def style() -> Response[str]:
    """Return the style of `/docs`."""
    return Response(STYLE, media_type="text/css")


def _described(request: Asking) -> dict[str, Any]:
    """Return the OpenAPI document of a service that stands where the settings say."""
    root = running_of(request).settings.serve.root_path
    return schema_of(request.app) | ({"servers": [{"url": root}]} if root else {})


@cache
def schema_of(app: Litestar) -> dict[str, Any]:
    """Return the OpenAPI document, with what the framework does not know by itself."""
    schema: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(app.openapi_schema.to_schema())
    )
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    kinds = (Problem, Events, ItemBody, ItemPatch, SearchRequest, Profiling, Wish)
    _, added = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schemas.update(added)
    schema["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "`beholder key add` makes one."}
    }
    _put_bodies(schema["paths"])
    needed = _needs(app)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            operation["responses"].pop("400", None)
            operation["responses"]["default"] = _problem()
            need = needed.get((path, method), "")
            operation["description"] = f"{operation.get('description', '')}\n\nNeeds: {need}."
            if need != "live":
                operation["security"] = [{"key": []}, {}]
    return schema


def _put_bodies(paths: dict[str, Any]) -> None:
    picture = {"type": "string", "format": "binary"}
    text = {"type": "string"}
    form = {"type": "object", "additionalProperties": False}
    paths["/v1/interactions"]["post"]["requestBody"] = _body(
        {JSON: {"anyOf": [_ref("Event"), _ref("Events")]}}
    )
    users = "/v1/users/{user_id}"
    for method, path, shape in (
        ("put", f"{users}/profiling", "Profiling"),
        ("put", f"{users}/purposes", "Wish"),
        ("put", "/v1/me/purposes", "Wish"),
        ("patch", "/v1/items/{item_id}", "ItemPatch"),
    ):
        paths[path][method]["requestBody"] = _body({JSON: _ref(shape)})
    paths["/v1/search"]["post"]["requestBody"] = _body(
        {
            JSON: _ref("SearchRequest"),
            FORM: form | {"properties": {"picture": picture, "words": text, "k": text}},
        }
    )
    paths["/v1/items/{item_id}"]["put"]["requestBody"] = _body(
        {
            JSON: _ref("ItemBody"),
            FORM: form | {"properties": {"item": text, "picture": picture}, "required": ["item"]},
        }
    )


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "required": True,
        "content": {kind: {"schema": shape} for kind, shape in content.items()},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _problem() -> dict[str, Any]:
    return {
        "description": "The request was refused, or could not be answered.",
        "content": {Problem.media_type: {"schema": _ref("Problem")}},
    }


def _needs(app: Litestar) -> dict[tuple[str, str], str]:
    found = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                found[route.path_format, method.lower()] = str(handler.opt.get("need", ""))
    return found


def _page(schema: dict[str, Any], root: str) -> str:
    title = escape(schema["info"]["title"])
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width,initial-scale=1'>",
        f"<title>{title}</title><link rel=stylesheet href={root}/docs/style.css>",
        f"<link rel=icon href={root}{assets.url('mark.svg')} type=image/svg+xml>",
        f"<main><h1>{title}</h1><p>The same for programs: ",
        f"<a href={root}/openapi.json>openapi.json</a></p>",
    ]
    for path, methods in sorted(schema["paths"].items()):
        for method in METHODS:
            if method in methods:
                parts += _operation(path, method, methods[method], schema)
    return "\n".join(parts)


def _operation(
    path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]
) -> list[str]:
    lines = [f"<h2><code>{method.upper()}</code> {escape(path)}</h2>"]
    lines += [
        f"<p>{escape(part)}</p>" for part in operation["description"].split("\n\n") if part.strip()
    ]
    rows = [
        f"<tr><td><code>{escape(each['name'])}</code><td>{escape(each['in'])}"
        f"<td>{escape(_words(each.get('schema', {})))}"
        for each in operation.get("parameters", [])
    ]
    if rows:
        lines.append("<table><tr><th>parameter<th>in<th>what" + "".join(rows) + "</table>")
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        lines.append(f"<p>Body, {escape(kind)}:</p>{_example(content['schema'], schema)}")
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            if status != "default":
                lines.append(f"<p>{status}, {escape(kind)}:</p>")
                lines.append(_example(content.get("schema", {}), schema))
    return lines


def _words(shape: dict[str, Any]) -> str:
    found = [str(part.get("type", "")) for part in shape.get("oneOf", [shape])]
    limits = [
        f"{name} {shape[name]}" for name in ("minimum", "maximum", "default") if name in shape
    ]
    return ", ".join([" or ".join(found), *limits])


def _example(shape: dict[str, Any], schema: dict[str, Any]) -> str:
    text = msgspec.json.format(msgspec.json.encode(_sample(shape, schema, 0)), indent=2).decode()
    return f"<pre tabindex=0>{escape(text)}</pre>"


def _sample(shape: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    """Return a value of a shape, with the names of types in the places of values."""
    if "$ref" in shape:
        name = shape["$ref"].rsplit("/", 1)[1]
        known = schema["components"]["schemas"].get(name, {})
        return name if depth > 4 else _sample(known, schema, depth + 1)
    for several in ("anyOf", "oneOf"):
        if several in shape:
            return _sample(shape[several][0], schema, depth)
    if "enum" in shape:
        return " | ".join(str(value) for value in shape["enum"])
    if shape.get("properties"):
        return {key: _sample(part, schema, depth) for key, part in shape["properties"].items()}
    if shape.get("type") == "array":
        return [_sample(shape.get("items") or {}, schema, depth)]
    return shape.get("type") or "any"


handlers = [openapi, docs, style]
