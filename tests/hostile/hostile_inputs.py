"""Files that nobody should commit, and somebody will: name of the case -> (path, bytes)."""

from __future__ import annotations

from collections.abc import Iterator

CANARY = "canary-7c1e-outside-of-the-docs-root"
"""Stands in files that must never be read or sent."""

HEAD = "---\nid: {id}\ntitle: {title}\norg: Acme Corp\ntype: SOP\n{more}---\n\n"


def hostile() -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every case."""
    cases = [
        *_frontmatter(),
        *_encodings(),
        *_bodies(),
        *_references(),
        *_titles(),
        *_names(),
    ]
    for number, (path, content) in enumerate(cases):
        yield path or f"case-{number:03}.md", content


def _document(number: int, body: str, *, title: str = "", more: str = "") -> bytes:
    head = HEAD.format(id=f"h{number}", title=title or f"Hostile {number}", more=more)
    return (head + body + "\n").encode("utf-8", "surrogatepass")


def _frontmatter() -> Iterator[tuple[str, bytes]]:
    blocks = [
        "---\na: &x [1]\nb: [*x, *x, *x]\norg: Acme Corp\ntype: SOP\n---\n",
        "---\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30)) + "---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: " + "[" * 500 + "]" * 500 + "\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: " + "{a: " * 300 + "1" + "}" * 300 + "\n---\n",
        "---\norg: Acme Corp\ntype: SOP\n" + "".join(f"k{n}: v\n" for n in range(20_000)) + "---\n",
        "---\norg: !!python/object/apply:os.system ['id']\ntype: SOP\n---\n",
        "---\norg: !!binary aGVsbG8=\ntype: SOP\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntitle: A\ntitle: B\n---\n",
        "---\norg: Acme Corp\ntype: SOP\n? [complex, key]\n: 1\n---\n",
        "---\norg: Acme Corp\ntype: SOP\n",
        "---\n---\n---\n",
        "+++\norg = 'Acme Corp'\ntype = 'SOP'\n+++\n",
        "+++\n" + "a = 1\n" * 20_000,
        "---\n- a\n- b\n---\n",
        "---\njust text\n---\n",
        "---\norg: 0x1F\ntype: 0o17\n---\n",
        "---\norg: .nan\ntype: .inf\n---\n",
        "---\norg: [Acme Corp, {include: ['*']}]\ntype: SOP\n---\n",
        "---\norgs: {include: {}, exclude: 7}\ntype: SOP\n---\n",
        "---\norg: Acme Corp\norgs: ['*']\ntype: SOP\n---\n",
        "---\norg: Acme Corp\ntype: [SOP]\n---\n",
        "---\norg: Acme Corp\ntype: SOP\nid: ../../etc\n---\n",
        "---\norg: Acme Corp\ntype: SOP\nid: 'a;b@c d'\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: 7\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: {notes: [1, {a: b}]}\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: {publisher-key: 'x:y@1;a=1;c=0'}\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: {scan: {content: aGk=, file_name: x}}\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: {servers: [-1, 99999999999999999999]}\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntraits: {reviewed: 2026-02-30}\n---\n",
        "---\norg: Acme Corp\ntype: SOP\nreview_by: 9999-99-99\n---\n",
        "---\norg: Acme Corp\ntype: SOP\npublish: maybe\n---\n",
        "---\norg: Acme Corp\ntype: SOP\nattachments: {a: b}\n---\n",
        "---\norg: Acme Corp\ntype: SOP\nrelated: [{configuration: [1]}, 7]\n---\n",
        "---\norg: Acme Corp\ntype: SOP\nbody: no-such-field\n---\n",
        "---\ntype: SOP\norg: \n---\n",
        "---\norg: Acme Corp\ntype: ''\n---\n",
        "---\n\torg: tab\n---\n",
        "---\norg: Acme Corp\ntype: SOP\ntitle: |\n  two\n  lines\n---\n",
        "+++\norg = 'Acme Corp'\n+++\n",
        '{\n"org": "Acme Corp"\n}\n',
    ]
    for block in blocks:
        yield "", block.encode()


def _encodings() -> Iterator[tuple[str, bytes]]:
    text = HEAD.format(id="enc", title="Encoded", more="") + "Größe\n"
    for raw in (
        text.encode("latin-1"),
        text.encode("utf-16"),
        text.encode("utf-32"),
        b"\xef\xbb\xbf" + text.replace("id: enc", "id: bom").encode(),
        text.replace("id: enc", "id: crlf").replace("\n", "\r\n").encode(),
        text.replace("id: enc", "id: cr").replace("\n", "\r").encode(),
        b"\x00" * 1000,
        bytes(range(256)) * 20,
        b"---\n" + b"\xff" * 100 + b"\n---\n",
        b"\x7fELF\x02\x01\x01",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        b"",
        b"\n" * 5000,
        _document(900, "a\x00b\x07c\x1b[31m\u2028\u2029\ufeff"),
        _document(901, "x" * 3_000_000),
    ):
        yield "", raw


def _bodies() -> Iterator[tuple[str, bytes]]:
    bodies = [
        ">" * 5000 + " x",
        "[" * 20_000,
        "![" * 10_000,
        "*" * 20_000 + "a",
        "`" * 20_001,
        "- " * 2000 + "x",
        "<div>" * 3000,
        "<table>" * 500,
        "| a " * 2000 + "|\n" + "|---" * 2000 + "|\n" + "| b " * 2000 + "|",
        "(" * 10_000 + ")" * 10_000,
        "&" * 10_000,
        "[^1]" * 1000 + "\n\n[^1]: [^1]",
        "```\n" * 999,
        "# " * 500,
        "~~~" * 3000,
        "$$" * 5000,
        "<!--" * 2000,
        "<![CDATA[ x ]]>",
        "<?php system('id') ?>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>1</script></svg>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1) 'title')",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "<iframe src=//evil.example></iframe>",
        "<a href='vbscript:x' style='position:fixed' onclick=x>y</a>",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<form action=//evil.example><input name=x></form>",
        "<style>*{display:none}</style>",
        "{: onclick=alert(1) }\nText",
        "Text {: #x .y onclick='alert(1)' style='background:url(//evil.example)' }",
        "*[HTML]: <script>alert(1)</script>\n\nHTML",
        "Term\n: <script>alert(1)</script>",
        ":::note <script>alert(1)</script>\n<img src=x onerror=alert(1)>\n:::",
        '=== "<script>alert(1)</script>"\n\n    <svg onload=alert(1)>',
        '[x](b.md){ title="y" onclick=alert(1) style="background:url(//evil.example)" }',
        "::::note\n" * 3000 + "::::\n" * 3000,
        '    === "x"\n' * 3000,
        "{{< a " * 3000 + "{% a " * 3000 + "[[a" * 3000 + ":warning" * 3000,
        "```<script>\nx\n```",
        "``` {.python onclick=alert(1)}\nx\n```",
        "publisher-key: other-docs:x@1;a=1;c=0123456789abcdef",
        "[x](publisher-ref:0) ![x](publisher-ref:1)",
        "{{ 7 * 7 }} {% for x in range(10**9) %}{% endfor %}",
        "\u202eright to left\u202c \u200b\u200d zero width",
        "a\u0301" * 5000,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 2000,
        "<http://" + "a" * 5000 + ">",
        "http://" + "a." * 2000,
        "\\" * 10_000,
        "\t" * 3000 + "x",
        "1. " * 1000,
        "| |\n" * 3000,
    ]
    for number, body in enumerate(bodies):
        yield "", _document(100 + number, body)


def _references() -> Iterator[tuple[str, bytes]]:
    targets = [
        "../outside.md",
        "../../../../etc/passwd",
        "/etc/passwd",
        "..%2foutside.md",
        "%2e%2e/outside.md",
        "..\\outside.md",
        "file:///etc/passwd",
        "//evil.example/x",
        "C:\\Windows\\win.ini",
        "./././../outside.md",
        "a/../../outside.md",
        "link-out.md",
        "link-dir/outside.md",
        "outside.md%00.png",
        "case-000.md#" + "x" * 3000,
        "?query",
        "#",
        "",
        "sub module/x.md",
        "\u202egnp.exe",
    ]
    for number, target in enumerate(targets):
        yield "", _document(200 + number, f"[a](<{target}>) ![b](<{target}>) [c]({target})")
    for number, target in enumerate(targets[:12]):
        more = f"attachments: ['{target}']\n"
        yield "", _document(240 + number, "Text.", more=more.replace("\\", "\\\\"))


def _titles() -> Iterator[tuple[str, bytes]]:
    titles = [
        "'" + "x" * 300 + "'",
        "'\u202eevil'",
        "'\U0001f600 emoji'",
        "'<script>alert(1)</script>'",
        "'a\\0b'",
        "'  '",
        "'=cmd|calc'",
        "'{{ org.name }}'",
        "12345",
        "true",
        "~",
        "2026-11-24",
        "[a, b]",
        "'%s %d {0}'",
        "'\"quoted\" & <b>'",
    ]
    for number, title in enumerate(titles):
        yield "", _document(300 + number, "Text.", title=title)


def _names() -> Iterator[tuple[str, bytes]]:
    names = [
        "with space.md",
        "quote'\".md",
        "semi;colon.md",
        "at@sign.md",
        "new\nline.md",
        "tab\t.md",
        "emoji-\U0001f600.md",
        "rtl-\u202e.md",
        "-dash.md",
        "--help.md",
        "percent%20.md",
        "hash#.md",
        "query?.md",
        "star*.md",
        "[bracket].md",
        "a" * 200 + ".md",
        "deep/" * 40 + "x.md",
        "CON.md",
        "UPPER.MD",
        ".hidden.md",
    ]
    for number, name in enumerate(names):
        body = f"---\ntitle: Named {number}\norg: Acme Corp\ntype: SOP\n---\nText.\n"
        yield name, body.encode()
