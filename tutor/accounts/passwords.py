"""Hashes and checks passwords with Argon2id, off the event loop and only a few at once. The service uses it."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane; about 25 ms of one core.
MEMORY_KIB = 19_456
PASSES = 2
AT_ONCE = 4


class Passwords:
    """Argon2id with bounded memory: at most `AT_ONCE` hashes of `MEMORY_KIB` are computed at the same time."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The hash to store of a password."""
        async with self._seats:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def fits(self, stored: str | None, password: str) -> bool:
        """Whether a password belongs to a stored hash; None never fits, but takes as long as if there were one."""
        async with self._seats:
            fits = await asyncio.to_thread(self._verify, stored or self._nobodys, _normal(password))
        return fits and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """The same characters for the same keys, whatever the device composes them of (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
