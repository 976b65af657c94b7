"""The contract on a real IT Glue account, which is asked every open question.

    ITGLUE_TEST_API_KEY=… ITGLUE_TEST_ORGANIZATION="Sandbox" pytest -n 0 -m online tests/online

Everything is made in that organization, under a name of its own, and removed again, but for one
flexible asset type, which IT Glue's API cannot delete. ITGLUE_TEST_BASE_URL names another region's
host; ITGLUE_TEST_LIMIT=1 also sends until a 429 comes, which everybody who uses the account feels.
"""

from __future__ import annotations

import asyncio

import probes_lists
import pytest
from lab import lab
from life import live
from live_account import TYPE, Account, opened
from questions import PROBES

from publisher.config import REGIONS


async def ask_everything(account: Account) -> dict[str, str]:
    """Every answer; a question that fails is an answer too, and the others go on."""
    answers: dict[str, str] = {}
    for name, probe in PROBES.items():
        try:
            answers[name] = await probe.ask(account)
        except Exception as error:  # noqa: BLE001 (what a real server does is what we want to know)
            answers[name] = f"FAILED: {type(error).__name__}: {error}"
        await account.tidy()
    return answers


async def _simulated() -> dict[str, str]:
    async with lab() as account:
        return await ask_everything(account)


async def _answered(environment: dict[str, str]) -> tuple[dict[str, str], str | None, list[str]]:
    async with opened(
        environment.get("ITGLUE_TEST_BASE_URL", REGIONS["us"]),
        environment["ITGLUE_TEST_API_KEY"],
        environment["ITGLUE_TEST_ORGANIZATION"],
    ) as account:
        answers = await ask_everything(account)
        failure = None
        try:
            await live(account)
        except Exception as error:  # noqa: BLE001 (reported with the rest)
            failure = f"{type(error).__name__}: {error}"
        await account.tidy()
        if environment.get("ITGLUE_TEST_LIMIT"):
            answers["too_many"] = await probes_lists.too_many(account)
        return answers, failure, account.left


def report(answers: dict[str, str], simulated: dict[str, str]) -> str:
    """Question, answer and, where it differs, what the simulator answers by default."""
    lines = []
    for name, answer in answers.items():
        question = PROBES[name].question if name in PROBES else "What does a 429 look like?"
        lines += [f"{question}  [{name}]", f"    {answer}"]
        if name in simulated and simulated[name] != answer:
            lines.append(f"    simulator: {simulated[name]}")
    return "\n".join(lines)


@pytest.mark.online
def test_a_real_account(online: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The client's contract holds there, every question has an answer, and nothing is left."""
    if not {"ITGLUE_TEST_API_KEY", "ITGLUE_TEST_ORGANIZATION"} <= online.keys():
        pytest.skip("ITGLUE_TEST_API_KEY and ITGLUE_TEST_ORGANIZATION name no account")
    answers, failure, left = asyncio.run(_answered(online))
    with capsys.disabled():
        print(f"\n\n{report(answers, asyncio.run(_simulated()))}\n")  # noqa: T201 (the whole point)
        print(f"The type {TYPE!r} stays: the API cannot delete it.")  # noqa: T201 (likewise)
    failed = [name for name, answer in answers.items() if answer.startswith("FAILED")]
    assert (failure, failed, left) == (None, [], [])


def test_the_report_names_what_differs() -> None:
    """The simulator's answer stands below one that is not the same."""
    text = report({"list_lag": "later", "deletion": "x"}, {"list_lag": "at once", "deletion": "x"})
    assert text.count("simulator: ") == 1
    assert "Is a new asset in the list at once?  [list_lag]\n    later\n    simulator: at" in text
