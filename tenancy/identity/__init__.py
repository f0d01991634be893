"""Who is there: accounts, sign-in, sessions, personal tokens, partners' clients, and the actor behind a request."""

from tenancy.identity import models as models
