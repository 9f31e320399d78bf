"""Subprocesses that a test interrupts with SIGINT (Ctrl-C)."""

import signal

__all__ = ["hear_interrupts"]


def hear_interrupts() -> None:
    """Restore the default SIGINT handler (for Popen's preexec_fn), which background jobs of a shell ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
