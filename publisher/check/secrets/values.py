"""Whether a value is a secret, or only stands where one could: placeholders, words, references."""

from __future__ import annotations

import re

from publisher.check.secrets.patterns import Strength

_PLACEHOLDER = re.compile(
    r"""
      [*x•●·.…_?#=~-]+ | \W                             # masked, or nothing
    | <.* | \{\{.* | \{%.* | \[.* | \(.* | @\{.*       # <password>, {{ password }}, [link](…)
    | \$\{?[a-z_][\w:.]*\}? | \$\(.* | \$env:.*        # $PASSWORD, ${PASSWORD}, $(read …)
    | %[\w-]+% | !\w+ | &\w+ | \\\w+                    # %PASSWORD%, YAML's !secret
    | [a-z_][\w.]*[(\[].*                              # getpass(), os.environ[…]
    | (?:os|env|process|config|settings|vars?|local|data|secrets?|vault|module|params?)\.[\w.]+
    | (?:read|get|convertto|new|import|export)-[a-z]+  # PowerShell's Read-Host, Get-Secret
    | (?:https?|op|keeper|ssh|vault)://.* | www\..* | ~?(?:/[\w.-]+){2,}/?   # addresses, paths
    | (?:see|siehe|stored?|in|im|ask|from|via|use|refer|kept|per|set|by|at|none|null|nil|n/?a
      |undefined|tbd|todo|yes|no|ja|nein|true|false|on|off|unknown|unset|empty|blank|default
      |prompt(?:ed)?|required|optional|redacted|removed|hidden|masked|secret|test|public|private
      |user|admin|same|same-as)
    | (?:it-?glue|vault|keeper|1password|lastpass|bitwarden|keepass\w*|hudu|passportal|laps|intune
      |dashlane|azure|entra|sso|saml|oauth2?|mfa|2fa|radius|ldap|kerberos|802\.1x)
    | (?:your|my|the|a|new|old|some|insert|enter|generated?|random)[-_ ].* | your\w+
    | [\w.-]*(?:change-?_?me|placeholder|example|redacted|dummy|sample|todo).*
    | (?:my|db|root|admin)?[_-]?pass(?:word|wort|phrase|wd)? | kennwort | pwd
    | \d{4}-\d\d-\d\d | \d\d?[./]\d\d?[./]\d{2,4}      # dates
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ELSEWHERE = re.compile(
    r"(?:see|siehe|stored?|stays?|lives?|kept|saved|held|in|im|ask|from|via|use|refer|per|set by"
    r"|steht|look up|rotated|managed|generated|must|should|at least|min)(?=[\s.,]|$)",
    re.IGNORECASE,
)
"""How a line starts that says where the secret is, or what it must be like."""
_CLASSES = tuple(map(re.compile, (r"[a-zäöüß]", r"[A-ZÄÖÜ]", r"\d", r"[^\w\s]")))
_END = re.compile(r"[\s.,;)*_`\"'|]*(?:(?:<!--|#|//|\().*)?")


def is_secret(value: str, strength: Strength, rest: str = "") -> bool:
    """Whether *value*, with the *rest* of its line behind it, is worth a finding."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`"
    bare = value[1:-1] if quoted else value.strip("*_`\"'").rstrip(".,;:")
    if len(bare) < 4 or _PLACEHOLDER.fullmatch(bare) or _ELSEWHERE.match(bare + rest):
        return False
    if strength == "certain":
        return True
    classes = sum(1 for kind in _CLASSES if kind.search(bare))
    if strength == "guess":
        return len(bare) >= 6 and classes >= 3 and " " not in bare
    if quoted and " " not in bare:
        return classes > 1 or len(bare) >= 8
    if quoted or not _END.fullmatch(rest):  # words follow: a sentence, perhaps
        return len(bare) >= 8 and classes >= 3
    return (classes > 1 or bare.isdigit()) and not _is_measure(bare)


def is_secret_cell(cell: str) -> bool:
    """Whether a cell in a column for secrets holds one, not a word about where it is."""
    bare = cell.strip().strip("*_").strip()
    if bare[:1] in ("`", '"', "'") and bare[-1:] == bare[:1]:
        return is_secret(bare, "likely")
    first, _, rest = bare.partition(" ")
    return is_secret(first, "likely", f" {rest}" if rest else "")


def _is_measure(bare: str) -> bool:
    """`90-day`, `12+`, `14chars`: how long, how often."""
    return re.fullmatch(r"\d+(?:[-+]|\s?[a-z-]+)?", bare, re.IGNORECASE) is not None and not (
        bare.isdigit() and len(bare) >= 4
    )
