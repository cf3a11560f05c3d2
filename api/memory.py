"""Memory of a serving process."""

from __future__ import annotations

import ctypes

_TRIM, _MMAP = -1, -3
"""glibc's ``M_TRIM_THRESHOLD`` and ``M_MMAP_THRESHOLD``."""
_KEPT, _APART = 64 * 2**20, 32 * 2**20


def keep() -> None:
    """What an answer was written in stays with the process, up to 64 MiB. An answer under all rules is 100 to 200 KB: by default glibc gives
    so much back to the system each time, which clears it page by page when it is asked for again. Other C libraries are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM, _KEPT)
        mallopt(_MMAP, _APART)
