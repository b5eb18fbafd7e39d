"""The two ways in which a check can end badly."""


class VerificationError(Exception):
    """The material is readable and does not verify. The text says what is wrong."""


class InputError(Exception):
    """The material cannot be read, so nothing is said about the log. The text says what was expected."""
