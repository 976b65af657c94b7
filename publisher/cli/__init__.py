"""One file per command: parse, build, call one function, print. All wording lives here."""
