"""What people type on the pages about pictures."""

from django import forms

from media.metadata import edtf
from media.models import Item, Match


class UploadForm(forms.Form):
    """The story that comes with uploaded files; the files themselves are taken as they stream."""

    caption = forms.CharField(
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The words it was posted with, unchanged.",
    )
    credit = forms.CharField(
        max_length=300,
        required=False,
        help_text="As it stands beside the picture, for example @handle/agency.",
    )
    posted_on = forms.CharField(
        max_length=64,
        required=False,
        help_text="2023-02-05, 2023-02 or 2023-02-05~ for about. Leave empty if nobody says.",
    )
    origin_url = forms.URLField(
        max_length=2000,
        required=False,
        label="Address",
        assume_scheme="https",
        help_text="Where it was found. The address is kept, not opened.",
    )

    def clean_posted_on(self) -> str:
        text = self.cleaned_data["posted_on"]
        if text:
            try:
                edtf.parse(text)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return text


class DecisionForm(forms.Form):
    """A person's decision on a pair: `confirm:KIND` or `reject:REASON`, and a note."""

    choice = forms.ChoiceField(
        choices=[(f"confirm:{value}", label) for value, label in Match.Kind.choices]
        + [(f"reject:{value}", label) for value, label in Match.RejectReason.choices],
        error_messages={"required": "Choose what the two are.", "invalid_choice": "Choose one."},
    )
    note = forms.CharField(required=False, max_length=2000)

    def clean(self) -> None:
        cleaned = super().clean()
        if cleaned.get("choice") == "reject:other" and not cleaned.get("note"):
            self.add_error("note", "Say in the note why the two are not the same.")


class UndoForm(forms.Form):
    """Why a decision is taken back."""

    note = forms.CharField(required=False, max_length=2000)


class LibraryForm(forms.Form):
    """The filters of the library. A value that is not understood filters nothing."""

    q = forms.CharField(required=False, max_length=200)
    kind = forms.ChoiceField(required=False, choices=[("", "any kind"), *Item.Kind.choices])
    state = forms.ChoiceField(required=False, choices=[("", "any state"), *Item.State.choices])
    reuse = forms.ChoiceField(
        required=False,
        label="seen before",
        choices=[
            ("", "any"),
            ("undecided", "to decide"),
            ("confirmed", "confirmed copy"),
            ("none", "no copy found"),
        ],
    )
    sensitivity = forms.ChoiceField(
        required=False, choices=[("", "any"), *Item.Sensitivity.choices]
    )

    def answer(self, name: str) -> str:
        """The value of one filter, empty where it was not given or not understood."""
        self.is_valid()
        return self.cleaned_data.get(name, "")
