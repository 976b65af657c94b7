"""The secret scan: what runbooks really hold is found, what only speaks of it is not."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import check
from publisher.check.secrets.scan import UNREASONED, Finding, scan
from publisher.config import Config
from publisher.model import Entry
from publisher.source.documents import collect
from publisher.source.tree import Tree

# Put together here, so that no scanner takes this file for a leak.
HEX, LETTERS = "0123456789abcdef" * 2, "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
JWT = ".".join(base64.urlsafe_b64encode(b'{"a":"0123456789"}').decode().strip("=") for _ in "123")
KEY_BODY = base64.b64encode(bytes(range(48))).decode()

SECRETS = [
    "Password: Hunter2!",
    "password = hunter2",
    "**Password:** Hunter2!",
    "- **Admin password**: `Winter2026`",
    "* local_admin_pwd: W1nter2026",
    "Password: `correcthorse`",
    "Passwort: Sommer2026!",
    "Kennwort = Sommer2026",
    "DB_PASSWORD=s3cr3tvalue",
    "AdminPassword: Hunter2!",
    'fwpass: "Hunter2!x"',
    "userpwd = Hunter2!",
    "DB_PASS=s3cr3tvalue",
    'password: "W1nter 2026 Sn0w"',
    "Password (local admin): Hunter2!",
    "Password for sa: Hunter2!",
    "Passphrase: correct-Horse7",
    "Password: Tr0ub4dor&3 - rotate it every month",
    "The admin password is Tr0ub4dor&3",
    "password – Tr0ub4dor&3",
    "Default password: 4711",
    "Login: admin / Tr0ub4dor&3",
    "user/pass: admin:Tr0ub4dor&3",
    "Server=db;User Id=sa;Password=Hunter2!;Encrypt=true",
    "mysqldump -u root -pHunter2 shop",
    "sshpass -p hunter ssh root@host",
    "curl -u admin:hunter2 https://host.test/",
    "setup.exe /password:Hunter2!",
    "tool --password 'Hunter2!'",
    "net user svc-backup Hunter2 /add",
    'net.exe user "svc backup" "Hunter 2"',
    'ConvertTo-SecureString "Hunter2" -AsPlainText -Force',
    "ConvertTo-SecureString -String 'hunter' -AsPlainText -Force",
    "<td>Password</td><td>Hunter2!</td>",
    "snmp-server community n0c-read RO",
    "SNMP community: n0c-read",
    "Community string = `acmeonly`",
    "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
    "enable password W1nter",
    "username admin privilege 15 secret 0 W1nter",
    "  set password ENC AK1VmTF4aR",
    "crypto isakmp key V3ryS3cr3t! address 192.0.2.1",
    "PSK: acme-Guest-2026",
    'psk="correcthorse99"',
    "WPA2 passphrase: Winter2026!",
    "Wi-Fi key: `blueelephants`",
    "Pre-shared key: 8f3k29dk2",
    "postgres://app:hunter2@db.test/shop",
    "amqp://:hunter2@mq.test",
    f"api_key: {LETTERS}",
    f"Authorization: Bearer {LETTERS}",
    f"client_secret = '{LETTERS}'",
    "DefaultEndpointsProtocol=https;AccountKey=" + KEY_BODY,
    "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&issuer=x",
    "https://x.blob.core.windows.net/c?sv=1&sig=" + "aB3%2f" * 8,
    "https://hooks.slack" + ".com/services/T00000000/B00000000/" + LETTERS[:24],
    "https://acme.webhook.office" + ".com/webhookb2/" + HEX,
    "BitLocker: 123456-234567-345678-456789-567890-678901-789012-890123",
    f"ITG.{HEX}.{LETTERS}",
    "AKIA" + "ABCDEFGH23456789",
    "abc8Q~" + LETTERS[:34],
    "ghp_" + LETTERS,
    "github_pat_" + LETTERS * 2,
    "glpat-" + LETTERS[:20],
    "xoxb-" + "1234567890-abc",
    "AIza" + LETTERS[:35],
    "GOCSPX-" + LETTERS[:28],
    "sk_live_" + LETTERS,
    "SG." + LETTERS[:22] + "." + (LETTERS * 2)[:43],
    JWT,
]

HARMLESS = [
    "Password: <password>",
    "Password: ********",
    "Password: ••••••",
    "Password: changeme",
    "Password: {{ admin_password }}",
    "PASSWORD=$PASSWORD",
    "PASSWORD=${DB_PASSWORD}",
    "password=%ADMINPW%",
    "Password: see vault",
    "Password: [in IT Glue](https://acme.itglue.com/1/passwords/2)",
    "Password: in IT Glue",
    "Password: https://acme.itglue.com/1/passwords/2",
    "Passwort: siehe IT Glue",
    "Password: LAPS",
    "Password: stored in Keeper, folder Servers2026!",
    "Password: required",
    "Password: at least 14 characters",
    "Password: 14+ characters",
    "Password: 90-day rotation",
    "Password: n/a",
    "Password policy: 14 characters, 3 of 4 classes",
    "Password last changed: 2026-10-02",
    "password:",
    "The password is required.",
    "The password is stored in IT Glue (folder Servers2026!)",
    "Reset the user's password - 2 approvals needed",
    "Passwordless sign-in: FIDO2-keys",
    "$Password = Read-Host -AsSecureString",
    "password = os.environ['DB_PASSWORD']",
    "password = get_password('x')",
    "password: !vault",
    "PWD: '/home/jane/docs'",
    "password: config.db.password",
    "$cred = ConvertTo-SecureString $plain -AsPlainText -Force",
    "net user svc-backup *",
    "net user svc-backup /active:no",
    "net user",
    "Login: jane / see IT Glue",
    "curl -u $USER:$PASSWORD https://host.test/",
    "snmp-server community public RO",
    "SNMP community: <community>",
    "Our community: everybody",
    "enable secret <secret>",
    "PSK: rotated monthly",
    "Wi-Fi: ACME-Guest",
    "https://user@host.test/path:8080/x@y",
    "postgres://app:${DB_PASSWORD}@db.test/shop",
    "git@host.test:acme/docs.git",
    "mailto:jane@acme.test",
    "AKIAIOSFODNN7" + "EXAMPLE",
    "ITG.xxxx.yyyy",
    "api_key: <your key>",
    "api key: your-api-key-goes-here-2026",
    "-----BEGIN PRIVATE KEY-----",
    "Order 123456-234567",
]


@pytest.mark.parametrize("line", SECRETS)
def test_found(line: str) -> None:
    """A secret is found on its line, whatever surrounds it, and only there."""
    found = scan(f"# Title\n\nSome words.\n{line}\nMore words.\n")
    assert [finding.line for finding in found] == [4], found


@pytest.mark.parametrize("line", HARMLESS)
def test_not_found(line: str) -> None:
    """Placeholders, references, policies and prose are none."""
    assert scan(f"# Title\n\nSome words.\n{line}\nMore words.\n") == []


def test_tables() -> None:
    """A column whose heading says so, and a row whose first cell does; nothing beside them."""
    text = (
        "| Host | User | Admin password | Notes |\n| --- | :-: | --- | --- |\n"
        "| SRV-01 | admin | `Hunter2!` | X9-alpha |\n| SRV-02 | admin | see vault | |\n"
        "| SRV-03 | admin | Winter2026 | |\n\n"
        "Wi-Fi | PSK\n--|--\nGuest | `blueelephants`\n\n"
        "| Item | Value |\n|---|---|\n| Password | Hunter2! |\n| Password | in IT Glue |\n"
        "| Password policy | 14-chars-Min |\n\n"
        "| Password length | Rotation |\n|---|---|\n| 14-chars | 90-days |\n"
    )
    assert [finding.line for finding in scan(text)] == [3, 5, 9, 13]


def test_separated_values() -> None:
    """CSV has no rule below its heading; quoting and the separator do not matter."""
    text = 'host;password\nsrv-01;"Hunter2!"\nsrv-02;see vault\n'
    assert scan(text, is_table=True) == [Finding(2, "a password in a table")]
    assert scan(text) == []
    assert scan("host,notes\nsrv-01,Hunter2!\n", is_table=True) == []
    assert scan("", is_table=True) == []


def test_definition_list() -> None:
    """A term and its definition on the next line."""
    assert [finding.line for finding in scan("Admin password\n: Hunter2!\n")] == [2]
    assert scan("Password\n: see vault\n") == []


def test_private_keys() -> None:
    """A key's first line counts when a key follows, not where it is only spoken of."""
    for name in ("RSA ", "OPENSSH ", "ENCRYPTED ", ""):
        text = (
            f"x\n-----BEGIN {name}PRIVATE KEY-----\n{KEY_BODY}\n-----END {name}PRIVATE KEY-----\n"
        )
        assert scan(text) == [Finding(2, "a private key")]
    assert scan(f"-----BEGIN CERTIFICATE-----\n{KEY_BODY}\n") == []
    assert scan("It starts with -----BEGIN PRIVATE KEY-----\nand ends likewise.\n") == []


def test_allowances() -> None:
    """A reason on the line, or on the one before, lets it pass; two lines above it does not."""
    allow = "<!-- publisher: allow-secret it is the vendor's published default -->"
    assert scan(f"Password: Hunter2! {allow}\n") == []
    assert scan(f"{allow}\nPassword: Hunter2!\n") == []
    assert scan("# publisher: allow-secret default\npassword: Hunter2!\n") == []
    assert [f.line for f in scan(f"{allow}\n\nPassword: Hunter2!\n")] == [3]


def test_an_allowance_without_a_reason_allows_nothing() -> None:
    """The finding stays, and what is missing is said."""
    text = "<!-- publisher: allow-secret -->\nPassword: Hunter2!\n"
    assert scan(text) == [Finding(1, UNREASONED), Finding(2, "a password")]
    assert scan("Password: Hunter2! <!-- publisher: allow-secret -->\n") == [
        Finding(1, "a password")
    ]


@given(st.text())
def test_no_text_crashes_it(text: str) -> None:
    """Whatever a file holds, also letters whose lower case is longer."""
    for line in scan(f"İ{text}|password|\n|-|-|\n{text}|pwd: x", is_table=True):
        assert line.line >= 1


@pytest.mark.parametrize(
    "text",
    ["password" * 20_000, "password: " * 20_000, "|" * 100_000 + "password", "password " * 20_000,
     "login: " * 20_000, "snmp " * 20_000 + "community", "-----BEGIN " + "A " * 50_000,
     "password(" * 20_000, "eyJ" + "a" * 100_000, "://" + "a:" * 50_000, "</td>password" * 10_000],
    ids=range(11),
)  # fmt: skip
def test_no_text_hangs_it(text: str) -> None:
    """Long lines made to send patterns astray take well under a second."""
    start = time.perf_counter()
    scan(text)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "front",
    [
        "traits: {login: {password: Firewall}}\n",
        "traits:\n  login: {password: 'Core firewall'} # by name\n",
        "traits:\n  login:\n    password: Firewall\n",
        "traits:\n  logins:\n    - {password: Firewall}\n    - password: VPN gateway\n",
        "related:\n  - password: Firewall\n  - configuration: SRV-01\n",
        "related: [{password: Firewall}]\n",
    ],
)
def test_a_password_named_in_frontmatter_is_none(front: str) -> None:
    """``{password: NAME}`` is the way to point at one; beside it, the rules are as ever."""
    text = f"---\norg: A\ntype: SOP\n{front}---\nText.\n"
    assert _secrets_in(text) == []
    assert _secrets_in(f"{text}\npassword: Firewall9x\n")
    assert _secrets_in(text.replace("---\nText", "note: 'password: Hunter2!x'\n---\nText"))


def _secrets_in(text: str) -> list[int | None]:
    entry = Entry("a.md", "", len(text))
    tree = Tree(None, {"a.md": entry}, lambda entries: iter([text.encode()] * len(entries)))
    found = check.run(tree, collect(tree, Config()).parsed, Config(), {})
    return [one.line for one in found if one.code == "secret"]
