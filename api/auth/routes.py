"""The addresses of this room, for the application."""

from starlette.routing import Route

from api.auth import oauth, signing_in

ROUTES = [
    Route("/auth/sign-in", signing_in.sign_in, methods=["POST"]),
    Route("/auth/sign-out", signing_in.sign_out, methods=["POST"]),
    Route("/auth/change-password", signing_in.change_password, methods=["POST"]),
    Route("/oauth/token", oauth.token, methods=["POST"]),
    Route("/oauth/revoke", oauth.revoke, methods=["POST"]),
    Route("/oauth/introspect", oauth.introspect, methods=["POST"]),
    Route("/oauth/jwks.json", oauth.jwks, methods=["GET"]),
    Route("/.well-known/oauth-authorization-server", oauth.metadata, methods=["GET"]),
]
