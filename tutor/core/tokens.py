"""Signs and reads access tokens, and makes refresh tokens.

The only import of jwt; used by HTTP and by sockets alike.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

import jwt
from aiohttp import web

from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import TokenExpired, Unauthenticated

ALGORITHM = "HS256"
TYPE = "access"
ISSUER = "wuhao-tutor"
AUDIENCE = "wuhao-tutor-api"
REQUIRED = ["typ", "aud", "iss", "jti", "sid", "exp", "iat", "nbf", "sub"]
LEEWAY = timedelta(seconds=5)

SECRET: web.AppKey[str] = web.AppKey("secret", str)


class Tokens:
    """Access tokens of one secret. `life` is how long one is good."""

    def __init__(self, secret: str, clock: Clock, life: timedelta) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self.life = life
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})

    def sign(self, caller: Caller) -> str:
        """An access token for a caller; it ends at `caller.expires_at`."""
        now = self._clock.now()
        claims = {
            "typ": TYPE,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": caller.id,
            "sid": caller.session_id,
            "jti": new_id(),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int(caller.expires_at.timestamp()),
            "role": caller.role,
            "name": caller.name,
            "lang": caller.language,
        }
        return self._jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, token: str) -> Caller:
        """The caller that a token names.

        Raises:
            TokenExpired: it was good once.
            Unauthenticated: it is not one of ours, or not an access token.

        """
        try:
            claims = self._jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
            expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
            begins_at = datetime.fromtimestamp(int(claims["nbf"]), UTC)
            caller = Caller(
                id=str(claims["sub"]),
                role="teacher" if claims["role"] == "teacher" else "student",
                name=str(claims["name"]),
                language="en" if claims["lang"] == "en" else "zh",
                session_id=str(claims["sid"]),
                expires_at=expires_at,
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError) as error:
            raise Unauthenticated from error
        now = self._clock.now()
        if claims["typ"] != TYPE or begins_at > now + LEEWAY:
            raise Unauthenticated
        if expires_at <= now:
            raise TokenExpired
        return caller


def new_secret() -> str:
    """A fresh random secret of 256 bits, safe in URLs."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a random secret; it needs no salt, being random itself."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed(secret: str, text: str) -> str:
    """A short name for `text` that nobody without the secret can foretell (16 hexadecimal digits)."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]
