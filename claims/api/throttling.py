"""How much one key may ask for. Counted per web process, in its memory."""

import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from claims.models import ApiToken

if TYPE_CHECKING:  # REST reads this module while its own `views` is being imported
    from rest_framework.views import APIView


class PerToken(SimpleRateThrottle):
    """Counts requests per key (per person without one) in windows of the rate's length.

    A counter in place of the list of moments that the parent keeps: at thousands of requests
    a minute that list would be copied on each of them.
    """

    scope = "token"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        if isinstance(request.auth, ApiToken):
            return f"requests-of-token-{request.auth.pk}"
        return f"requests-of-user-{request.user.pk}"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if self.rate is None:
            return True
        now = time.time()
        window = int(now // self.duration)
        self._left_s = (window + 1) * self.duration - now
        key = f"{self.get_cache_key(request, view)}-{window}"
        if cache.add(key, 1, timeout=self.duration):
            return True
        try:
            return cache.incr(key) <= self.num_requests
        except ValueError:  # the window ended between the two calls
            return True

    def wait(self) -> float:
        """Seconds until the next window."""
        return self._left_s
