"""Values of frontmatter changed in place: comments, order, quotes and blank lines stay.

Only the characters of the value in question change; a key that is new goes to the end of its
mapping.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import yaml

from publisher.model import Json
from publisher.source.frontmatter import HANDLER, Text, read
from publisher.source.strictyaml import Malformed

_WIDE = 1_000_000


def set_value(text: str, path: Sequence[str], value: Json) -> str | None:
    """The document *text* (LF, no BOM) with one value of its frontmatter set.

    Args:
        text: the document.
        path: the key, or the keys down to it: ``("traits", "owner")``.
        value: None empties the field.

    Returns:
        None if that cannot be done in place, which is for the author then.
    """
    try:
        block, body = HANDLER.split(text)
    except ValueError:
        return f"---\n{_entry(path, value, 0)}---\n{text}"
    start = text.index("\n") + 1
    new = _set(block, path, value)
    whole = text[:start] + (new or "") + text[start + len(block) :]
    return whole if new is not None and _holds(whole, path, value, body) else None


def _holds(text: str, path: Sequence[str], value: Json, body: str) -> bool:
    """Whether the value is there now, and the body is what it was."""
    try:
        said: Text = read(text.encode())
    except Malformed:
        return False
    found: Json = said.values
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return said.body == body and (found == value or str(found) == str(value))


def _set(block: str, path: Sequence[str], value: Json) -> str | None:
    root = yaml.compose(block, yaml.SafeLoader)
    if root is None:  # comments alone
        return block + _entry(path, value, 0)
    node = root
    for depth, key in enumerate(path):
        if not isinstance(node, yaml.MappingNode):
            return None
        inner = next((v for k, v in node.value if getattr(k, "value", None) == key), None)
        if inner is None:
            return _added(block, node, path[depth:], value)
        node = inner
    return _replaced(block, node, value)


def _replaced(block: str, node: yaml.Node, value: Json) -> str:
    """*block* with another value in the place of *node*."""
    begin, end = node.start_mark.index, node.end_mark.index
    said = block[begin:end]
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return block[:begin] + _flow(value) + "\n" + block[end:]
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        # It begins on a line of its own, and its end is where the next key begins.
        begin = len(block[:begin].rstrip())
        kept = re.search(r"(?:[ \t]*(?:#[^\n]*)?\n)*\Z", said)
        end -= len(kept[0]) if kept else 0
        tail = "" if block[end : end + 1] == "\n" or not block[end:].strip() else "\n"
        return f"{block[:begin]} {_flow(value)}{tail}{block[end:]}"
    blank = "" if block[begin - 1 : begin].isspace() else " "
    return block[:begin] + blank + _flow(value) + block[begin + len(said.rstrip()) :]


def _added(block: str, node: yaml.MappingNode, path: Sequence[str], value: Json) -> str:
    """*block* with a new key at the end of a mapping."""
    if node.flow_style:
        end = node.end_mark.index - 1
        before = block[:end].rstrip()
        comma = "" if before.endswith(("{", ",")) else ", "
        return f"{before}{comma}{path[0]}: {_nested(path[1:], value)}{block[end:]}"
    last = max((entry[1].end_mark.index for entry in node.value), default=0)
    head = block[:last].rstrip()
    rest = block[len(head) :]
    line_end = rest.find("\n")  # a comment may stand behind the last value
    at = len(head) + (line_end + 1 if line_end >= 0 else len(rest))
    begun = block[:at] if block[:at].endswith("\n") else block[:at] + "\n"
    return begun + _entry(path, value, node.start_mark.column) + block[at:]


def _entry(path: Sequence[str], value: Json, indent: int) -> str:
    lines = [f"{' ' * (indent + 2 * depth)}{key}:" for depth, key in enumerate(path)]
    return "\n".join(lines) + f" {_flow(value)}\n"


def _nested(path: Sequence[str], value: Json) -> str:
    inner = _flow(value)
    for key in reversed(path):
        inner = f"{{{key}: {inner}}}"
    return inner


def _flow(value: Json) -> str:
    """A value on one line, in a form that is good in any place."""
    if isinstance(value, str) and "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    written = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=_WIDE)
    return written.strip()[1:-1]
