"""Lists: selection and pages."""

import base64
import binascii
import json
from dataclasses import dataclass

from infra.local.kubesim.errors import bad_request
from infra.local.kubesim.objects import KubeObject, name_of, namespace_of


@dataclass(frozen=True)
class Page:
    """A part of a list: its objects and the list's metadata."""

    objects: list[KubeObject]
    metadata: KubeObject


def page_of(objects: list[KubeObject], version: int, limit: int, token: str) -> Page:
    """The page of at most `limit` objects (0: all) after the place that `token` remembers. Raises 400."""
    start, version = _parsed_token(token) if token else (("", ""), version)
    rest = [obj for obj in objects if (namespace_of(obj), name_of(obj)) > start]
    metadata: KubeObject = {"resourceVersion": str(version)}
    if not limit or len(rest) <= limit:
        return Page(rest, metadata)
    page = rest[:limit]
    metadata |= {"continue": _token(page[-1], version), "remainingItemCount": len(rest) - limit}
    return Page(page, metadata)


def _token(last: KubeObject, version: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([version, namespace_of(last), name_of(last)]).encode()).decode()


def _parsed_token(token: str) -> tuple[tuple[str, str], int]:
    try:
        version, namespace, name = json.loads(base64.urlsafe_b64decode(token))
        return (str(namespace), str(name)), int(version)
    except (ValueError, TypeError, binascii.Error) as error:
        raise bad_request(f"invalid continue token: continue key is not valid: {error}") from error
