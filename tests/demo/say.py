"""How the demo talks."""


def say(text: str = "") -> None:
    """Tell the person at the terminal something, at once."""
    print(text, flush=True)  # noqa: T201 - a demo talks to a person
