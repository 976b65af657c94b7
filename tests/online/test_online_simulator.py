"""The contract on the simulator: under every setting, and every open question gets its answer.

The same questions go to a real account in `test_online_account.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import probes_lists
import pytest
from lab import lab
from life import live
from questions import PROBES

from publisher.simulator import Switches

ELSEWHERE = {
    "limit_requests", "limit_seconds", "max_request_bytes", "max_response_bytes",
}  # fmt: skip
"""Numbers that the tests of the throttle and of the simulator vary."""
NUMBERS: dict[str, list[Any]] = {
    "list_lag_seconds": [30.0],
    "late_commit_seconds": [30.0],
    "extra_tags": [frozenset({"details"})],
}


def every_setting() -> Iterator[dict[str, Any]]:
    """The defaults, then one switch at a time in each of its other positions."""
    yield {}
    hints, defaults = get_type_hints(Switches), Switches()
    for name in sorted({field.name for field in fields(Switches)} - ELSEWHERE):
        hint = hints[name]
        if hint is bool:
            values: list[Any] = [False, True]
        elif name in NUMBERS:
            values = NUMBERS[name]
        else:
            values = [v for part in (hint, *get_args(hint)) for v in get_args(part)]
            values = [None if v is type(None) else v for v in values if not get_args(v)]
        yield from ({name: value} for value in values if value != getattr(defaults, name))


def name_of(setting: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in setting.items()) or "defaults"


@pytest.mark.parametrize("setting", [*every_setting()], ids=name_of)
def test_the_life_of_records_under_each_setting(setting: dict[str, Any]) -> None:
    """Nothing that the client relies on depends on what is not established; nothing is left."""

    async def work() -> list[str]:
        async with lab(**setting) as account:
            await live(account, lists_lag="list_lag_seconds" in setting)
            await account.tidy()
            return account.left

    assert asyncio.run(work()) == []


ANSWERS: list[tuple[str, dict[str, Any], str]] = [
    ("archived_alone", {}, "kept"),
    ("archived_alone", {"patch_without_traits": "wipe"}, "refused: "),
    ("html_in_a_textbox", {"sanitizer": "normalise"}, "dropped: rel="),
    ("html_in_a_textbox", {"sanitizer": "full"}, "target= rel="),
    ("html_in_a_section", {}, "kept: <h1 id="),
    ("same_attachment_twice", {}, "2 attachments"),
    ("attachment_touches_the_record", {}, "no"),
    ("attachment_touches_the_record", {"attachment_touches_parent": True}, "yes"),
    ("select_without_that_option", {}, "refused: 422"),
    ("select_without_that_option", {"select_other_value": "accept"}, "stored as 'Neither'"),
    ("number_as_text", {}, "stored as 12"),
    ("word_for_a_number", {}, "refused: 422"),
    ("word_for_a_number", {"bad_value": "accept"}, "stored as 'a dozen'"),
    ("date_in_another_order", {}, "refused: 422"),
    ("date_in_another_order", {"bad_value": "accept"}, "stored as '31/12/2026'"),
    ("percent_above_hundred", {}, "stored as 150"),
    ("tag_that_names_nothing", {}, "refused: 422"),
    ("tag_that_names_nothing", {"unknown_tag": "drop"}, "stored as {'type': 'Organizations'"),
    ("empty_trait", {}, "absent"),
    ("empty_trait", {"empty_traits": "null"}, "null"),
    ("name_filter", {}, "exact"),
    ("name_filter", {"asset_name_filter": "contains"}, "contains"),
    ("archived_in_lists", {}, "yes"),
    ("archived_in_lists", {"archived_in_lists": False}, "no"),
    ("list_lag", {}, "at once"),
    ("list_lag", {"list_lag_seconds": 30.0}, "later"),
    ("whole_seconds", {}, "whole"),
    ("whole_seconds", {"whole_seconds": False}, "parts"),
    ("bulk_update", {}, "all or nothing (422"),
    ("bulk_update", {"bulk_atomic": False}, "the good ones are saved"),
    ("deletion", {}, "200, with the record"),
    ("deletion", {"delete_status": 204}, "204, empty"),
    ("unknown_id", {}, "404"),
    ("unknown_id", {"unknown_id": 401}, "401"),
    ("renamed_field", {}, "no"),
    ("renamed_field", {"rename_changes_key": True}, "yes"),
    ("moved_document", {}, "moved"),
    ("moved_document", {"move_document": False}, "not moved"),
    ("folder_filters", {}, "none: yes no; ID: no yes; null: yes yes; [ne]=null: no yes"),
    ("folder_filters", {"document_folder_null": "root"}, "none: yes no; ID: no yes; null: yes no"),
    ("text_before_publishing", {}, "the draft in: section document"),
    ("text_before_publishing", {"document_content": "live"}, "the draft in: section ("),
    ("deleted_folder", {}, "refused"),
    ("deleted_folder", {"folder_delete_non_empty": "cascade"}, "yes"),
    ("page_size", {}, "400"),
    ("page_size", {"page_size_status": 422}, "422"),
    ("unknown_sort", {}, "400"),
    ("unknown_sort", {"unknown_sort": "ignore"}, "200"),
    ("unknown_include", {}, "200"),
    ("unknown_include", {"unknown_include": "reject"}, "400"),
    ("meta_filters", {}, "{}"),
    ("meta_filters", {"meta_filters": "echo"}, "{'id'"),
    ("links_of_a_list", {}, "first last self"),
    ("headers", {}, "none"),
    ("plain_json", {}, "201"),
    ("plain_json", {"strict_content_type": True}, "415"),
    ("related_items_in_lists", {}, "yes"),
    ("related_items_in_lists", {"list_related_items": False}, "ignored"),
    ("linked_twice", {}, "422"),
    ("linked_twice", {"duplicate_related_item": "accept"}, "201"),
    ("destination_type", {}, "FlexibleAsset, Flexible Asset, flexible_assets"),
    ("password_access", {}, "yes"),
    ("password_access", {"password_access": False}, "no"),
]
"""(question, setting, what the answer says)"""


@pytest.mark.parametrize(
    ("name", "setting", "answer"), ANSWERS, ids=[f"{n} {name_of(s)}" for n, s, _ in ANSWERS]
)
def test_a_question_tells_the_settings_apart(
    name: str, setting: dict[str, Any], answer: str
) -> None:
    """So the answer of a real account says how the simulator is to be set."""

    async def work() -> tuple[str, list[str]]:
        async with lab(**setting) as account:
            got = await PROBES[name].ask(account)
            await account.tidy()
            return got, account.left

    got, left = asyncio.run(work())
    assert answer in got
    assert left == []


def test_every_question_is_asked_here() -> None:
    """None goes to a real account that was never tried."""
    assert {name for name, _, _ in ANSWERS} == set(PROBES)


@pytest.mark.parametrize("retry_after", [False, True])
def test_the_request_limit(retry_after: bool) -> None:
    """How many it takes, and what a 429 says."""

    async def work() -> str:
        async with lab(limit_requests=20, limit_retry_after=retry_after) as account:
            return await probes_lists.too_many(account)

    got = asyncio.run(work())
    assert got.startswith("after 20 requests: 429") is True
    assert got.endswith("absent") is not retry_after
