"""People, keys, sources and the log in the admin. Work on claims happens on their pages."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from claims import roles, sources, tokens
from claims.models import (
    ApiToken,
    Appearance,
    Attachment,
    Attribution,
    Claim,
    ClaimLink,
    DateProof,
    Event,
    Grade,
    Recheck,
    Review,
    Search,
    Source,
    Verdict,
)

DAYS_A_KEY_LASTS = 90  # offered, not imposed
_STATE_COLOURS = {
    "open": "warning",
    "in_review": "info",
    "waiting": "info",
    "decided": "success",
    "published": "success",
}


class LookOnly:
    """Rows that nobody adds, changes or removes by hand, whatever their permissions."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


# --- People -----------------------------------------------------------------------------------
class _RoleField(forms.ChoiceField):
    """One role of the only list. Groups follow it."""

    def __init__(self) -> None:
        super().__init__(
            choices=[("", "no role: may nothing"), *roles.Role.choices],
            required=False,
            widget=UnfoldAdminSelectWidget(),
            help_text="What a role may do is listed under Roles.",
        )


class PersonCreationForm(UserCreationForm):
    role = _RoleField()


class PersonForm(UserChangeForm):
    role = _RoleField()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("role", role_of(self.instance) or "")


def role_of(person: User) -> str | None:
    """The role a person has, None for none."""
    names = {group.name for group in person.groups.all()}
    return next((role for role in reversed(roles.Role.values) if role in names), None)


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(DjangoUserAdmin, ModelAdmin):
    form = PersonForm
    add_form = PersonCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "role", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
    search_fields = ["username", "first_name", "last_name", "email"]
    search_help_text = "Search by name or address"
    ordering = ["username"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "role", "is_active"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "role", "usable_password", "password1", "password2"]})
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Everybody; superusers are seen by superusers alone, whose password they could set."""
        people = super().get_queryset(request).prefetch_related("groups")
        return people if request.user.is_superuser else people.filter(is_superuser=False)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False  # what a person did stays theirs: take "active" away instead

    @admin.display(description="name", ordering="last_name")
    def full_name(self, person: User) -> str:
        return person.get_full_name() or "—"

    @display(description="role", label=True)
    def role(self, person: User) -> str:
        role = role_of(person)
        return roles.Role(role).label if role else "none"

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and obj.pk == request.user.pk:
            # Nobody locks themselves out: somebody else has to take these away.
            for name in ("role", "is_active"):
                if name in form.base_fields:
                    form.base_fields[name].disabled = True
        return form

    def save_model(self, request: HttpRequest, person: User, form, change: bool) -> None:
        super().save_model(request, person, form, change)
        if "role" in form.cleaned_data and not form.fields["role"].disabled:
            roles.give(person, form.cleaned_data["role"] or None)


@admin.register(Group)
class RoleAdmin(LookOnly, DjangoGroupAdmin, ModelAdmin):
    list_display = ["label", "people", "rights"]
    fields = ["label", "people", "rights"]
    search_fields = []
    filter_horizontal = []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        groups = super().get_queryset(request).annotate(members=Count("user", distinct=True))
        return groups.prefetch_related("permissions__content_type").order_by("pk")

    @admin.display(description="role")
    def label(self, group: Group) -> str:
        return dict(roles.Role.choices).get(group.name, group.name)

    @admin.display(description="people")
    def people(self, group: Group) -> int:
        return group.members

    @admin.display(description="may")
    def rights(self, group: Group) -> SafeString:
        names = sorted(
            {permission.name.removeprefix("Can ") for permission in group.permissions.all()}
        )
        return format_html_join(", ", "{}", ((name,) for name in names))


# --- Keys for programs ------------------------------------------------------------------------
class TokenForm(forms.ModelForm):
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=tokens.MAX_DAYS,
        initial=DAYS_A_KEY_LASTS,
        widget=UnfoldAdminIntegerFieldWidget(),
        label="Lasts (days)",
        help_text="Empty is for ever.",
    )

    class Meta:
        model = ApiToken
        fields = ["user", "scope", "note"]


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    form = TokenForm
    list_display = ["prefix", "user", "scope", "state", "note", "last_used_at", "expires_at"]
    list_filter = ["scope", "user"]
    list_select_related = ["user"]
    search_fields = ["prefix", "user__username", "note"]
    search_help_text = "Search by the start of a key, person or note"
    autocomplete_fields = ["user"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj=None) -> list[str]:
        if obj is None:
            return ["user", "scope", "days", "note"]
        dates = ["created_at", "expires_at", "last_used_at", "revoked_at"]
        return ["prefix", "user", "scope", "note", "state", *dates]

    def has_change_permission(self, request, obj=None) -> bool:
        return False  # a key is made or revoked; nothing of it changes in between

    def has_delete_permission(self, request, obj=None) -> bool:
        return False  # a revoked key stays in the list, with its last use

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.change_apitoken")

    @display(description="state", label={"works": "success", "revoked": "danger"})
    def state(self, token: ApiToken) -> tuple[str, str]:
        why = tokens.why_unusable(token)
        if not why:
            return "works", "works"
        return "revoked", "revoked" if token.revoked_at else "does not work"

    def save_model(self, request: HttpRequest, obj: ApiToken, form, change: bool) -> None:
        values = form.cleaned_data
        made, key = tokens.create(
            values["user"], values["scope"], days=values["days"], note=values["note"]
        )
        obj.pk, obj.prefix, request.made_key = made.pk, made.prefix, key

    def response_add(self, request: HttpRequest, obj: ApiToken, *args, **kwargs) -> HttpResponse:
        """Show the key in this answer alone: it is stored nowhere, no session, no message."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new key",
            "opts": self.opts,
            "token": ApiToken.objects.get(pk=obj.pk),
            "key": request.made_key,
        }
        return TemplateResponse(request, "admin/claims/apitoken/made.html", context)

    @admin.action(description="Revoke now and for good", permissions=["revoke"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        for token in chosen:
            tokens.revoke(token)
        self.message_user(request, f"{len(chosen)} of the keys no longer work.", messages.SUCCESS)


# --- Sources ----------------------------------------------------------------------------------
class GradeInline(TabularInline):
    model = Grade
    fields = ["reliability", "reason", "by", "at"]
    readonly_fields = ["by", "at"]
    extra = 0
    verbose_name_plural = "grades (Admiralty scale); earlier ones stay on record"

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("claims.view_source")

    def has_add_permission(self, request, obj=None) -> bool:
        return request.user.has_perm(roles.CHANGE_SOURCE)

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    list_display = ["name", "kind", "platform", "handle", "letter", "is_party_to_conflict"]
    list_filter = ["kind", "platform", "is_party_to_conflict"]
    search_fields = ["name", "handle", "platform"]
    search_help_text = "Search by name, handle or platform"
    inlines = [GradeInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).prefetch_related("grades")

    @admin.display(description="reliability")
    def letter(self, source: Source) -> str:
        return Grade.Reliability(source.reliability).label

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        for grade in formset.save(commit=False):
            sources.grade(form.instance, request.user, grade.reliability, grade.reason)
        formset.save_m2m()


# --- Claims and their log ------------------------------------------------------------------------
class AttachmentInline(LookOnly, TabularInline):
    model = Attachment
    fields = ["item", "role", "authenticity", "rights", "people_at_risk", "note"]
    readonly_fields = fields
    tab = True
    extra = 0

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("claims.view_claim")


class PartInline(LookOnly, TabularInline):
    """What people gathered: written on the claim's page, read here."""

    tab = True
    extra = 0

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("claims.view_claim")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("by")


class AttributionInline(PartInline):
    model = Attribution
    fields = readonly_fields = ["order", "source", "verb", "verdict", "note", "by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("source")


class AppearanceInline(PartInline):
    model = Appearance
    fields = readonly_fields = ["outlet", "address", "seen_on", "archive_address", "by"]


class DateProofInline(PartInline):
    model = DateProof
    fields = readonly_fields = ["bound", "on", "basis", "confidence", "by"]


class SearchInline(PartInline):
    model = Search
    fields = readonly_fields = ["tool", "query", "at", "hits", "outcome", "proof", "by"]


class LinkInline(PartInline):
    model = ClaimLink
    fk_name = "claim"
    fields = readonly_fields = ["kind", "other", "note", "by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("other")


class ReviewInline(PartInline):
    """Second reviews. While two people work apart, who looks here sees who handed in, not what."""

    model = Review
    fields = readonly_fields = ["round", "by", "is_from_checklist", "created_at"]


class RecheckInline(PartInline):
    model = Recheck
    fields = readonly_fields = ["kind", "reason", "raised_at", "settled_by", "settled_at", "note"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super(PartInline, self).get_queryset(request).select_related("settled_by")


class VerdictInline(LookOnly, TabularInline):
    model = Verdict
    fields = ["version", "rating", "summary", "author", "created_at"]
    readonly_fields = fields
    tab = True
    extra = 0

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.has_perm("claims.view_claim")


class EventInline(LookOnly, TabularInline):
    model = Event
    fields = ["verb", "by", "at", "reason"]
    readonly_fields = fields
    tab = True
    extra = 0


@admin.register(Claim)
class ClaimAdmin(LookOnly, ModelAdmin):
    list_display = ["number_link", "statement", "state_label", "claimant", "assignee", "due_at"]
    list_display_links = ["statement"]
    list_filter = ["state", "priority", "subject", "language", "created_at"]
    list_select_related = ["claimant", "assignee"]
    search_fields = ["statement", "words_as_said", "claimant__name"]
    search_help_text = "Search in statements, words as said and claimants"
    inlines = [
        AttributionInline,
        AppearanceInline,
        AttachmentInline,
        DateProofInline,
        SearchInline,
        LinkInline,
        ReviewInline,
        RecheckInline,
        VerdictInline,
        EventInline,
    ]
    fieldsets = [
        (
            None,
            {"fields": ["number_link", "statement", "words_as_said", "claimant", "state"]},
        ),
        ("Dates", {"fields": ["event_on", "claimed_on", "is_undated_by_source", "due_at"]}),
        (
            "Work",
            {
                "fields": [
                    "assignee",
                    "lease_until",
                    "priority",
                    "priority_reasons",
                    "tags",
                    "is_hard",
                    "version",
                ]
            },
        ),
        ("Entered", {"fields": ["created_by", "created_at"]}),
    ]

    @admin.display(description="claim", ordering="pk")
    def number_link(self, claim: Claim) -> SafeString:
        return format_html('<a href="{}">#{}</a>', reverse("claim", args=[claim.pk]), claim.pk)

    @display(description="state", label=_STATE_COLOURS, ordering="state")
    def state_label(self, claim: Claim) -> tuple[str, str]:
        return claim.state, claim.get_state_display()


@admin.register(Event)
class EventAdmin(LookOnly, ModelAdmin):
    list_display = ["at", "claim", "verb", "by", "reason"]
    list_display_links = ["verb"]
    list_filter = ["verb", "by", "at"]
    list_select_related = ["claim", "by"]
    search_fields = ["claim__statement", "reason"]
    search_help_text = "Search in statements and reasons"
