"""Standing in the register of enterprises (登记状态), as far as it says that one has left."""

from __future__ import annotations

LEFT = ("注销", "吊销", "已注销", "已吊销", "吊销未注销", "吊销，未注销", "吊销,未注销", "吊销，已注销", "吊销,已注销")
"""Statuses of enterprises that have left: struck off (注销), or their licence revoked (吊销), as registers word them."""
