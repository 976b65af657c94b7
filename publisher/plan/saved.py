"""The JSON form of a plan, read back: what `Plan.as_json` wrote into a file."""

from __future__ import annotations

import json
from collections.abc import Mapping

from publisher.errors import BadConfig, StalePlan
from publisher.model import Diagnostic, Json, Organization, digest
from publisher.plan.model import FORMAT_VERSION, Action, Drift, FileChange, Pending, Plan


def read_plan(text: str, name: str) -> Plan:
    """Read a plan file.

    What the file does not hold, since only an apply that plans again needs it, is empty: traits to
    carry over, former keys, how many targets are known.

    Args:
        text: the file's text.
        name: the file's name, to say which one is wrong.

    Raises:
        BadConfig: it is none, or one of a newer publisher.
        StalePlan: its actions are not those that its checksum was made of.
    """
    try:
        data = json.loads(text)
        if data["format_version"] != FORMAT_VERSION:
            version = f"is a plan of format {data['format_version']}"
            raise BadConfig(name, f"{version}, this publisher knows {FORMAT_VERSION}")
        if digest(data["actions"]) != data["checksum"]:
            raise StalePlan([f"{name} was changed since: the checksum is not that of its actions"])
        return _plan(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "Make one with: publisher plan --out FILE"
        raise BadConfig(name, f"is no plan file ({error})", hint) from None


def _plan(data: Mapping[str, Json]) -> Plan:
    summary = data["summary"]
    return Plan(
        data["instance"],
        data["base_url"],
        data["commit"],
        tuple(_action(action) for action in data["actions"]),
        tuple(Drift(**{**drift, "what": tuple(drift["what"])}) for drift in data.get("drift", ())),
        summary["unchanged"],
        summary["skip"],
        (Pending("", "", 0.0),) * summary["pending"],
        0,
        tuple(_diagnostic(found) for found in data["diagnostics"]),
        data["requests"]["used"],
        data.get("options", {}),
    )


def _action(data: Mapping[str, Json]) -> Action:
    attachments, kind = data["attachments"], data["type"]
    return Action(
        data["action"],
        data["key"],
        data["document"],
        Organization(data["organization"]["id"], data["organization"]["name"]),
        kind["id"],
        kind["name"],
        data["asset_id"],
        data["title"],
        tuple(data["reasons"]),
        drift=data["drift"],
        add=tuple(attachments["add"]),
        remove=tuple(attachments["remove"]),
        files=tuple(FileChange(**file) for file in attachments.get("files", ())),
        content=data["content"],
        base=data["base"],
        former_commit=data.get("former_commit"),
        requests=data["requests"],
    )


def _diagnostic(data: Mapping[str, Json]) -> Diagnostic:
    return Diagnostic(
        data["document"],
        data["line"],
        data.get("column"),
        data["code"],
        data["severity"],
        data["message"],
        data.get("fix", ""),
    )
