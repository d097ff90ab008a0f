"""The forms for a claim's fields. They only read what was typed; the jobs judge it."""

from datetime import UTC
from typing import Any

from django import forms

from claims import sources
from claims.models import Claim

PLACES = ("place_claimed", "place_established")
CONFIDENCE = [("", "not said"), ("high", "high"), ("moderate", "moderate"), ("low", "low")]
CREDIBILITY = [
    ("", "not judged"),
    ("1", "1 · confirmed by other sources"),
    ("2", "2 · probably true"),
    ("3", "3 · possibly true"),
    ("4", "4 · doubtful"),
    ("5", "5 · improbable"),
    ("6", "6 · truth cannot be judged"),
]


def _line(label: str, longest: int, hint: str = "", **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        help_text=hint,
        widget=forms.TextInput(attrs=attributes),
    )


def _text(label: str, hint: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return forms.CharField(label=label, required=False, help_text=hint, widget=widget)


def _moment(label: str, hint: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, help_text=hint, widget=widget)


def _number(label: str, hint: str = "") -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(label=label, required=False, help_text=hint, widget=widget)


_EDTF_HINT = "2023-02-05 · 2023-02 · 2023? · 2023-02-01/2023-02-05 · /2023-02-05 (not after)"


class ClaimForm(forms.Form):
    """A claim as a person writes it."""

    statement = forms.CharField(
        label="Statement",
        max_length=500,
        help_text="One assertion that can be checked, in plain words.",
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    subject = forms.ChoiceField(
        label="What is checked", choices=Claim.Subject.choices, initial="event"
    )
    claimant_name = _line("Who says so", 200, "A person, organisation, account or agency.")
    claimant_platform = _line("Platform", 60, "Such as Telegram.")
    claimant_handle = _line("Handle", 100, "Such as @nm_dnr.", autocapitalize="none")
    words_as_said = _text("Words as said", "In the language they were said in.")
    language = _line("Language", 35, "Its code: uk, ru, en.", autocapitalize="none")
    translation = _text("Translation")
    event_on = _line("When it is said to have happened", 64, _EDTF_HINT)
    is_undated_by_source = forms.BooleanField(
        label="The source gives no date", required=False, help_text="Then leave the date empty."
    )
    claimed_on = _line("When it was claimed", 64)
    place_claimed_name = _line("Place, as claimed", 200)
    place_claimed_precision = forms.ChoiceField(
        label="How precise", choices=Claim.Precision.choices, initial="unknown", required=False
    )
    place_claimed_lat, place_claimed_lon = _number("Latitude"), _number("Longitude")
    place_established_name = _line("Place, as established", 200)
    place_established_precision = forms.ChoiceField(
        label="How precise", choices=Claim.Precision.choices, initial="unknown", required=False
    )
    place_established_lat, place_established_lon = _number("Latitude"), _number("Longitude")
    place_established_confidence = forms.ChoiceField(
        label="Confidence", choices=CONFIDENCE, required=False
    )
    figure_value = _number("Value")
    figure_unit = _line("Unit", 100, "Such as killed and wounded a day.")
    figure_as_of = _line("As of", 64)
    figure_cumulative = forms.BooleanField(label="Counted since the beginning", required=False)
    credibility = forms.ChoiceField(
        label="Credibility of the information", choices=CREDIBILITY, required=False
    )
    priority = forms.TypedChoiceField(
        label="Priority", choices=Claim.Priority.choices, coerce=int, initial=Claim.Priority.NORMAL
    )
    priority_reach = forms.BooleanField(label="Reach: many see it", required=False)
    priority_harm = forms.BooleanField(label="Harm: people could act on it", required=False)
    priority_publish_slot = forms.BooleanField(label="Wanted for a publish slot", required=False)
    priority_waiting_time = forms.BooleanField(label="Has waited too long", required=False)
    priority_reason = _line("Why this priority", 200)
    due_at = _moment("Due (UTC)", "When an answer is needed.")
    due_reason = _line("Due for", 100, "Such as 18:30 bulletin.")
    recheck_at = _moment("Look again at (UTC)", "Back among the re-checks then.")
    is_hard = forms.BooleanField(
        label="Hard: two people answer it without seeing each other", required=False
    )
    hard_reason = _line("Why it is hard", 200)
    tags = _line("Tags", 1000, "With commas between them.", autocapitalize="none")

    def values(self) -> dict[str, Any]:
        """What was typed, in the shape `intake` takes. May raise InvalidValue for the claimant."""
        given = dict(self.cleaned_data)
        name = given.pop("claimant_name")
        platform, handle = given.pop("claimant_platform"), given.pop("claimant_handle")
        is_named = name or handle
        given["claimant"] = (
            sources.find_or_create(name or handle, platform, handle) if is_named else None
        )
        for place in PLACES:
            given[place] = _place(given, place)
        given["figure"] = _figure(given)
        given["priority_reasons"] = [
            code for code in Claim.PriorityReason.values if given.pop(f"priority_{code}")
        ]
        given["credibility"] = int(given["credibility"]) if given["credibility"] else None
        given["tags"] = [tag.strip() for tag in given["tags"].split(",") if tag.strip()]
        return given

    def blame(self, field: str, sentence: str) -> None:
        """Put a job's refusal beside the field it names."""
        field = {
            "claimant": "claimant_name",
            "name": "claimant_name",
            "figure": "figure_value",
        }.get(field, f"{field}_name" if field in PLACES else field)
        self.add_error(field if field in self.fields else None, sentence)


def _place(given: dict[str, Any], place: str) -> dict[str, Any] | None:
    parts = {
        key: given.pop(f"{place}_{key}", None)
        for key in ("name", "lat", "lon", "precision", "confidence")
    }
    said = parts["name"] or parts["lat"] is not None or parts["lon"] is not None
    return parts if said else None


def _figure(given: dict[str, Any]) -> dict[str, Any] | None:
    figure = {key: given.pop(f"figure_{key}") for key in ("value", "unit", "as_of", "cumulative")}
    if figure["value"] is not None and figure["value"].is_integer():
        figure["value"] = int(figure["value"])
    return figure if figure["value"] is not None or figure["unit"] or figure["as_of"] else None


def as_typed(claim: Claim) -> dict[str, Any]:
    """A claim's fields as the form shows them."""
    plain = {name: getattr(claim, name, None) for name in ClaimForm.base_fields}
    source = claim.claimant
    typed = {name: value for name, value in plain.items() if value is not None}
    if source:
        typed |= {
            "claimant_name": source.name,
            "claimant_platform": source.platform,
            "claimant_handle": source.handle,
        }
    for group in (*PLACES, "figure"):
        for key, value in (getattr(claim, group) or {}).items():
            typed[f"{group}_{key}"] = "" if value is None else value
    typed |= {f"priority_{code}": True for code in claim.priority_reasons}
    for name in ("due_at", "recheck_at"):
        if moment := getattr(claim, name):
            typed[name] = moment.astimezone(UTC).replace(tzinfo=None)
    return typed | {"tags": ", ".join(claim.tags)}


class EnterForm(ClaimForm):
    """A new claim, with its first picture or clip if there is one."""

    file = forms.FileField(
        label="Picture or clip offered as proof",
        required=False,
        allow_empty_file=True,
        help_text="More can be attached later.",
    )
    posted_on = _line("When it was posted", 64, "The earliest posting known; " + _EDTF_HINT)
    origin_url = _line("Address it came from", 2000, inputmode="url")
    credit = _line("Credit line", 300, "Such as @handle/agency.")


class ChangeForm(ClaimForm):
    """A claim's fields again, with the version they were read at.

    Each field carries along what it held when the form was opened, so that after a conflict it is
    known which ones this person changed.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "version"
