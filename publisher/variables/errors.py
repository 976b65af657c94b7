"""What is wrong with a template, its values or an override."""

from __future__ import annotations


class BadTemplate(ValueError):
    """The text of the error is for the user; it names variables, never their values."""

    def __init__(
        self,
        code: str,
        problem: str,
        fix: str = "",
        *,
        line: int | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.code, self.problem, self.fix = code, problem, fix
        self.line = line
        """1-based, within what was read; None when no line can be named."""
        self.path = path
        """The file, where it is not the document itself."""
