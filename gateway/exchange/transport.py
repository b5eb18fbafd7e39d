"""What every answer over TLS says to browsers: come back over TLS only."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")  # a year


class StrictTransport:
    """Pure ASGI: HTTP Strict Transport Security (RFC 6797) on every answer, for a gateway that is reached over TLS."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the header to its answer."""

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), ONLY_TLS]}
            await send(message)

        await self.app(scope, receive, strict)
