"""A person is erased in every app, each by the id that it knows; last goes what links her here."""
