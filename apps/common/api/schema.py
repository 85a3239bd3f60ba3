"""What the generated schema needs beyond what the views say."""

from typing import Any

_FIELD_ERROR = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}},
    "required": ["field", "code", "detail"],
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Some problems carry further members.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "array", "items": _FIELD_ERROR},
    },
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "additionalProperties": True,
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "The same key and body replays the stored answer.",
}


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Say of every operation that any 4xx is a problem document, and of every POST that it takes a key."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    reference = {"$ref": "#/components/schemas/Problem"}
    answer = {"description": "Refused", "content": {"application/problem+json": {"schema": reference}}}
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            operation.setdefault("responses", {}).setdefault("4XX", answer)
            if method == "post":
                operation.setdefault("parameters", []).append(_KEY)
    return result
