"""What secrets look like, one rule each: words that a line must hold, then a pattern for it.

The words are looked for first, in the whole text at once, because that is what makes a scan of
thousands of documents take a second. Formats of tokens are those that their issuers document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Strength = Literal["certain", "likely", "guess"]
"""How much the surroundings say: *certain*: any value that is no placeholder; *likely*: a value
that is no plain word; *guess*: prose may look the same, so the value itself must be convincing."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which a line holds a secret; the group ``value`` is the secret."""

    kind: str
    words: tuple[str, ...]
    """In lower case; a line without any of them is not looked at."""
    expression: re.Pattern[str]
    strength: Strength = "certain"


def _pattern(kind: str, words: str, expression: str, strength: Strength = "certain") -> Pattern:
    return Pattern(kind, tuple(words.split()), re.compile(expression, re.IGNORECASE), strength)


def _token(kind: str, words: str, expression: str) -> Pattern:
    """A token that nothing else looks like; its case matters."""
    return Pattern(kind, tuple(words.split()), re.compile(f"(?P<value>{expression})"))


NAME_WORDS = "pass kennwort pwd"
KEY_WORDS = "psk key pass community"
NAME = r"(?:pass(?:word|wort|wd|phrase|code)|kennwort|pwd)s?"
"""The name of a password, as an expression; also that of a table's column."""
_OWNED = (
    rf"(?:[a-z]{{0,20}}?{NAME}"
    r"|(?:admin|db|domain|ftp|fw|mail|root|smtp|sql|svc|user|vpn|wifi)[ _-]?pass)"
)
"""In one word with whose it is, too: ``AdminPassword``, ``DB_PASS``; not ``bypass``."""
SHARED_KEY = (
    r"(?:psk|pre-?shared[ _-]?key|(?:wpa[23]?(?:-psk)?|wi-?fi|wlan)[ _-]?(?:key|psk|passphrase)"
    r"|(?:snmp[ _-]?)?community(?:[ _-]?string)?)"
)
_MARK = r"[*_`\"'\])>]*"
_VALUE = r"(?P<value>\"[^\"]+\"|'[^']+'|`[^`]+`|[^\s;,|<`\"']+)"
_QUOTED = r"(?P<value>\"[^\"]+\"|'[^']+'|[^\s|`]+)"

PATTERNS = (
    _pattern(
        "a password",
        NAME_WORDS,
        rf"(?<![a-z]){_OWNED}{_MARK}(?:\s*\([^)]{{0,40}}\)|\s+(?:for|of|für)\s+\S{{1,40}}?)?{_MARK}"
        rf"\s*(?:=>|:=|[:=])\s*[*_]*\s*{_VALUE}(?P<rest>.*)",
        "likely",
    ),
    _pattern(
        "a password",
        NAME_WORDS,
        rf"(?<![a-z]){NAME}{_MARK}\s+(?:is|ist|[-–—])\s+[*_]*{_VALUE}(?P<rest>.*)",
        "guess",
    ),
    _pattern(
        "a password",
        "cred login user",
        r"(?:credentials?|creds|login|user(?:name)?\s*/\s*pass(?:word)?)\**\s*[:=]\**\s*[^\s/:]+\s*[/:]\s*"
        rf"{_VALUE}(?P<rest>.*)",
        "guess",
    ),
    _pattern(
        "a password on a command line",
        NAME_WORDS,
        rf"(?<![\w-])(?:--?|/){NAME}[ =:]+{_QUOTED}",
        "likely",
    ),
    _pattern(
        "a password on a command line",
        "mysql",
        r"\bmysql\w*\s.*\s-p(?P<value>[^\s|`]+)",
        "likely",
    ),
    _pattern("a password on a command line", "pass", rf"\bsshpass\s+-p\s*{_QUOTED}"),
    _pattern(
        "a password on a command line",
        "curl wget",
        r"\b(?:curl|wget)\s.*(?:-u|--user)[ =]+[\"']?[^\s:'\"]+:(?P<value>[^\s'\"]+)",
    ),
    _pattern(
        "a password on a command line",
        "user",
        r"\bnet1?(?:\.exe)?\s+user\s+(?:\"[^\"]+\"|[^\s/]\S*)\s+(?P<value>\"[^\"]+\"|[^\s/*`|][^\s|`]*)",
    ),
    _pattern(
        "a password in a script",
        "securestring",
        r"convertto-securestring\b[^|\"'$]*(?P<value>\"[^\"$]+\"|'[^']+')",
    ),
    _pattern(
        "a password in HTML",
        NAME_WORDS,
        rf"{NAME}\s*:?\s*(?:</\w+>\s*)+(?:<\w+[^>]*>\s*)*(?P<value>[^<\s][^<]*)",
        "likely",
    ),
    _pattern(
        "a Wi-Fi or VPN key",
        KEY_WORDS,
        rf"(?<![a-z]){SHARED_KEY}{_MARK}\s*(?:=>|[:=])\s*[*_]*\s*{_VALUE}(?P<rest>.*)",
        "likely",
    ),
    _pattern(
        "an SNMP community",
        "community",
        r"\bsnmp(?:-server|\s+\S+)*\s+community\s+(?:[\"'](?P<quoted>[^\"']+)[\"']|(?P<value>[^\s\"'|`:=]+))",
        "likely",
    ),
    _pattern(
        "a password in a device's configuration",
        "secret pass",
        r"\b(?:enable|username\s+\S+(?:\s+privilege\s+\d+)?)\s+(?:secret|password)\s+(?:level\s+\d+\s+)?"
        r"(?:\d\s+)?(?P<value>[^\s|`:=]+)",
        "likely",
    ),
    _pattern(
        "a password in a device's configuration",
        "pass secret",
        r"^\s*set\s+(?:passwd|password|psksecret)\s+(?:ENC\s+)?(?P<value>[^\s|`]+)",
    ),
    _pattern(
        "a key in a device's configuration",
        "key",
        r"\b(?:isakmp|ikev1|tacacs(?:-server)?|radius(?:-server)?)\b.*?\bkey\s+(?:\d\s+)?(?P<value>[^\s|`:=]+)",
        "guess",
    ),
    _pattern(
        "a password in a connection string",
        "://",
        r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@<>]{0,60}:(?P<value>[^\s/@<>]{1,200})@(?!>)\S",
    ),
    _pattern(
        "an API key",
        "key secret token bearer",
        r"(?:api[ _-]?key|secret[ _-]?(?:access[ _-]?)?key|client[ _-]?secret"
        r"|(?:access|auth|api)[ _-]?token|account[ _-]?key|bearer)[\"'*`]*"
        r"\s*[:= ]\s*[\"'`]?(?P<value>[\w./+~=-]{16,})",
        "guess",
    ),
    _pattern(
        "a seed of one-time passwords",
        "://",
        r"otpauth://\S*[?&]secret=(?P<value>[A-Z2-7]{16,})",
    ),
    _pattern(
        "a signature that opens storage",
        "sig=",
        r"[?&]sig=(?P<value>[a-z0-9%/+]{40,}={0,2})",
    ),
    _pattern(
        "the address of a webhook",
        "://",
        r"https://(?:hooks\.slack\.com/services/|[\w.-]*webhook\.office\.com/webhookb2/"
        r"|discord(?:app)?\.com/api/webhooks/)(?P<value>[\w/@-]{20,})",
    ),
    _token("an IT Glue API key", "itg.", r"\bITG\.[0-9a-f]{32}\.[\w-]{16,}"),
    _token("an AWS key", "akia asia", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _token("an Azure client secret", "q~", r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}"),
    _token(
        "a GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})",
    ),
    _token("a GitLab token", "glpat-", r"\bglpat-[\w-]{20,}"),
    _token("a Slack token", "xox", r"\bxox[abposr]-[\w-]{10,}"),
    _token("a Google key", "aiza gocspx-", r"\b(?:AIza[\w-]{35}|GOCSPX-[\w-]{28})"),
    _token("a Stripe key", "k_live_", r"\b[sr]k_live_[A-Za-z0-9]{20,}"),
    _token("a SendGrid key", "sg.", r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    _token("a signed token (JWT)", "eyj", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
)

PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d"
)
RECOVERY_KEY = re.compile(r"(?<![\d-])(?:\d{6}-){7}\d{6}(?![\d-])")
"""BitLocker's; often on a line of its own, below one that speaks of it."""
KEY_MATERIAL = re.compile(r"(?<![\w+/])[A-Za-z0-9+/=]{32,}")
COLUMN = re.compile(
    rf"(?:[\w./-]+[ /_-]+){{0,4}}?(?:{NAME}|pass|pw|{SHARED_KEY}|pin|secret)(?:\s*\([^)]*\))?",
    re.IGNORECASE,
)
"""The heading of a column, or of a row, that holds secrets: the word comes last."""
COLUMN_WORDS = tuple(f"{NAME_WORDS} {KEY_WORDS} pw pin secret".split())
