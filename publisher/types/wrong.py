"""What is wrong with a value or a type, before it is known where it stands."""

from __future__ import annotations


class Wrong(ValueError):
    """A value that its field cannot hold: *code*, the sentence, the fix."""

    def __init__(self, code: str, problem: str, fix: str = "") -> None:
        super().__init__(problem)
        self.code, self.problem, self.fix = code, problem, fix
