"""Bodies that say more than is understood are refused, never read in part."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class Strict(serializers.Serializer):
    """Refuses fields it does not know, and those that only an answer may hold."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names first: a misspelt field is the likeliest fault."""
        if isinstance(data, Mapping):
            self.refuse_unknown(data)
        return super().to_internal_value(data)

    def refuse_unknown(self, data: Mapping[str, Any]) -> None:
        known = [name for name, field in self.fields.items() if not field.read_only]
        faults = {}
        for name in data:
            if name not in known:
                sentence = f"“{str(name)[:60]}” is not known here. Known: {', '.join(known)}."
                faults[str(name)[:60]] = [serializers.ErrorDetail(sentence, "unknown_field")]
        if faults:
            raise serializers.ValidationError(faults)
