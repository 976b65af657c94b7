"""One file per command: parse, build, call one function, print. All wording lives here."""

import sys

# httpx loads its own command line, and rich with it, wherever click is installed: a tenth of the
# start of every command. Nobody asks for it here; without it httpx says how to install it.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # what import takes for "none"
