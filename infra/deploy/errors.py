"""What ends a command, told to the person who gave it."""


class DeployError(RuntimeError):
    """Something is missing or went wrong; the message says what to do."""
