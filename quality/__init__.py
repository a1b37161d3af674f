"""The college's quality cycle, as a customer of the engine."""


def register() -> None:
    """Plug the quality cycle into the engine: its handlers, resolvers and kinds of case."""
