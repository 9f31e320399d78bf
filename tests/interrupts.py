"""Programs that a test stops by Ctrl-C."""

import signal

__all__ = ["hear_interrupts"]


def hear_interrupts() -> None:
    """Undo, as Popen's preexec_fn, that a shell's background jobs and what they start ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
