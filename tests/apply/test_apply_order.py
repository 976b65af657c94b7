"""What others link to is created before them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.apply.order import layers

KEYS = "abcdefgh"
LINKS = st.dictionaries(st.sampled_from(KEYS), st.sets(st.sampled_from(KEYS)))


@given(LINKS)
def test_each_key_comes_once_and_only_circles_are_cut(links: dict[str, set[str]]) -> None:
    """A link may lead to a later wave only if it lies on a circle."""
    ordered = layers(KEYS, links)
    place = {key: number for number, wave in enumerate(ordered) for key in wave}
    assert sorted(key for wave in ordered for key in wave) == sorted(KEYS)
    for key, targets in links.items():
        for target in targets - {key}:
            assert place[target] < place[key] or key in _reachable(target, links)


def _reachable(start: str, links: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    left = [start]
    while left:
        for target in links.get(left.pop(), set()) - seen:
            seen.add(target)
            left.append(target)
    return seen


def test_of_a_circle_one_goes_ahead_alone() -> None:
    """So that only one of it has to be written twice."""
    links = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert layers(list("abcd"), links) == [["a"], ["c", "d"], ["b"]]


def test_a_long_chain_takes_no_time() -> None:
    """5,000 documents, each linking to the next."""
    keys = [str(number) for number in range(5000)]
    links = {str(number): {str(number + 1)} for number in range(5000)}
    assert layers(keys, links)[0] == ["4999"]
