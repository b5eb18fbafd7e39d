"""What a rule says when it refuses: a stable code and a sentence that says what to do, never the value itself."""


class Refusal(ValueError):  # noqa: N818 - it is an answer to a person, not a fault of the program
    """A rule refused the input. `code` is stable kebab-case; `detail` says what to do and never repeats the input."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
