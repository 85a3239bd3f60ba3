"""Who calls the API."""

from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import AllowAny


class BearerAuthentication(TokenAuthentication):
    keyword = "Bearer"


class TokenScope(AllowAny):
    pass
