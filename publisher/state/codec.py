"""State values to JSON text and back, one pair of functions for all of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from publisher.marker import Marker
from publisher.targets import (
    Existing,
    ExistingFile,
    Known,
    KnownFile,
    KnownItem,
    Record,
    Replaced,
    Run,
)


def dump(value: Known | Existing | Record | Replaced | Run) -> str:
    data = asdict(value)
    if isinstance(value, Existing) and value.marker:
        data["marker"] = str(value.marker)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def load_known(text: str) -> Known:
    data = json.loads(text)
    data["files"] = {
        name: KnownFile(**{**file, "replaces": tuple(file["replaces"])})
        for name, file in data["files"].items()
    }
    data["related"] = {ref: KnownItem(**item) for ref, item in data.get("related", {}).items()}
    return Known(**data)


def load_existing(text: str) -> Existing:
    data = json.loads(text)
    data["marker"] = Marker.parse(data["marker"])
    if data["files"] is not None:
        data["files"] = {id_: ExistingFile(**file) for id_, file in data["files"].items()}
    if data.get("related") is not None:
        data["related"] = tuple(data["related"])
    return Existing(**data)


def load_record(text: str) -> Record:
    data: dict[str, Any] = json.loads(text)
    data["keys"] = tuple(data["keys"])
    return Record(**data)


def load_run(text: str) -> Run:
    return Run(**json.loads(text))


def load_replaced(text: str) -> Replaced:
    return Replaced(**json.loads(text))
