"""`GET stats/`: the desk in figures."""

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from claims import statistics
from claims.api.strict import Strict

LONGEST_DAYS = 3660


class PeriodQuery(Strict):
    """How far back to look."""

    days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, required=False, default=30)


class SpreadOut(serializers.Serializer):
    """How long something took, in hours."""

    count = serializers.IntegerField()
    median_h = serializers.FloatField(allow_null=True)
    p90_h = serializers.FloatField(allow_null=True)
    longest_h = serializers.FloatField(allow_null=True)


class PrecisionOut(serializers.Serializer):
    """What people made of the flags of one level of match."""

    level = serializers.CharField()
    confirmed = serializers.IntegerField()
    rejected = serializers.IntegerField()
    open = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="confirmed of decided, 0-1")


class AgreementOut(serializers.Serializer):
    """How far two people who answered apart agreed."""

    pairs = serializers.IntegerField()
    same_rating = serializers.FloatField(allow_null=True)
    same_answers = serializers.FloatField(allow_null=True)
    kappa = serializers.FloatField(allow_null=True, help_text="Cohen's, of the answers")


class StatisticsOut(serializers.Serializer):
    """The desk in figures, from people's own decisions."""

    since = serializers.DateTimeField()
    age_of_queue = SpreadOut()
    age_by_kind = serializers.DictField(child=SpreadOut())
    time_to_verdict = SpreadOut()
    time_by_kind = serializers.DictField(child=SpreadOut())
    precision = PrecisionOut(many=True)
    verdicts = serializers.IntegerField()
    overrides = serializers.IntegerField()
    reopened = serializers.DictField(child=serializers.IntegerField())
    second_reviews = AgreementOut()


class Stats(ViewSet):
    """The desk in figures."""

    permissions = {"list": "claims.view_claim"}
    scopes = {"list": "read"}

    @extend_schema(parameters=[PeriodQuery], responses=StatisticsOut)
    def list(self, request: Request) -> Response:
        """Age of the queue, time to verdict, precision of flags, overrides, reopenings."""
        asked = PeriodQuery(data=request.query_params.dict(), context={"request": request})
        asked.is_valid(raise_exception=True)
        found = statistics.of(timedelta(days=asked.validated_data["days"]))
        return Response(StatisticsOut(found).data)
