"""Pictures in the admin: to look at, and to retry. Nothing about an original is edited here."""

import contextlib
import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from media import custody, jobs
from media.errors import MediaError
from media.models import CustodyEntry, Item, Job, Match, Submission

NAME_CHARS = 40  # of a file name in a list
_STATE_COLOURS = {
    "ready": "success",
    "done": "success",
    "confirmed": "success",
    "stored": "info",
    "processing": "info",
    "pending": "info",
    "leased": "info",
    "open": "warning",
    "failed": "danger",
    "undecodable": "danger",
}


def thumbnail(item: Item, wide_px: int = 72, high_px: int = 48) -> SafeString | str:
    """A small picture that leads to the item's page; graphic ones are named, not shown."""
    page = reverse("item", args=[item.uuid])
    if item.sensitivity == Item.Sensitivity.GRAPHIC:
        return format_html('<a href="{}">graphic, covered</a>', page)
    if "thumbnail" not in item.derivatives:
        return format_html('<a href="{}">no picture</a>', page)
    source = reverse("item-derivative", args=[item.uuid, "thumbnail"])
    return format_html(
        '<a href="{}"><img src="{}" width="{}" height="{}" alt="This {}" loading="lazy" '
        'style="object-fit: cover; border-radius: 4px; width: {}px; height: {}px"></a>',
        *(page, source, wide_px, high_px, item.get_kind_display(), wide_px, high_px),
    )


class LookOnly:
    """Rows that nobody adds, changes or removes by hand, whatever their permissions."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class Retrying:
    """The action that starts failed work again, for who may retry."""

    actions = ["retry"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("media.retry_item")

    @admin.action(description="Retry what failed", permissions=["retry"])
    def retry(self, request: HttpRequest, chosen: QuerySet) -> None:
        started = 0
        for one in chosen:
            try:
                started += len(jobs.retry(one, by=request.user))
            except MediaError as error:
                self.message_user(request, str(error), messages.ERROR)
        if started:
            self.message_user(request, f"{started} of the jobs start again.", messages.SUCCESS)
        else:
            self.message_user(request, "Nothing of this has failed.", messages.INFO)


class SubmissionInline(LookOnly, TabularInline):
    model = Submission
    fields = ["file_name", "by", "door", "received_at", "credit", "posted_on"]
    readonly_fields = fields
    tab = True
    extra = 0


class JobInline(LookOnly, TabularInline):
    model = Job
    fields = ["kind", "state", "attempts", "error", "started_at", "finished_at"]
    readonly_fields = fields
    tab = True
    extra = 0


@admin.register(Item)
class ItemAdmin(LookOnly, Retrying, ModelAdmin):
    list_display = ["picture", "name", "kind", "state_label", "size", "sensitivity", "created_at"]
    list_display_links = ["name"]
    list_filter = ["kind", "state", "sensitivity", "content_type", "created_at"]
    list_per_page = 40
    search_fields = ["sha256", "submissions__file_name", "submissions__credit"]
    search_help_text = "Search by SHA-256, file name or credit"
    inlines = [SubmissionInline, JobInline]
    fieldsets = [
        (None, {"fields": ["large_picture", "kind", "state", "reason_code", "reason"]}),
        ("Original", {"fields": ["sha256", "content_type", "size", "created_at"]}),
        ("Picture", {"fields": ["width_px", "height_px", "duration_ms", "frame_rate", "quality"]}),
        ("Matching", {"fields": ["not_comparable", "matched_at", "matched_by", "processed_by"]}),
        ("Facts of the file", {"fields": ["facts_table"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return super().get_queryset(request).prefetch_related("submissions")

    @admin.display(description="")
    def picture(self, item: Item) -> SafeString | str:
        return thumbnail(item)

    @admin.display(description="picture")
    def large_picture(self, item: Item) -> SafeString | str:
        return thumbnail(item, 288, 192)

    @admin.display(description="name")
    def name(self, item: Item) -> str:
        names = [one.file_name for one in item.submissions.all() if one.file_name]
        return Truncator(names[0] if names else item.sha256).chars(NAME_CHARS)

    @display(description="state", label=_STATE_COLOURS, ordering="state")
    def state_label(self, item: Item) -> tuple[str, str]:
        return item.state, item.get_state_display()

    @admin.display(description="size", ordering="size_bytes")
    def size(self, item: Item) -> str:
        return f"{item.size_bytes:,} bytes"

    @admin.display(description="")
    def facts_table(self, item: Item) -> SafeString | str:
        if not item.facts:
            return "Nothing could be read."
        return format_html_join(
            "\n",
            "<div><b>{}</b>: {}</div>",
            ((name, str(said)) for name, said in item.facts.items()),
        )


@admin.register(Submission)
class SubmissionAdmin(LookOnly, ModelAdmin):
    list_display = ["short_name", "by", "door", "credit", "posted_on", "received_at"]
    list_filter = ["door", "by", "received_at"]
    ordering = ["-received_at", "-pk"]
    search_fields = ["file_name", "credit", "caption", "item__sha256"]
    search_help_text = "Search by file name, credit, caption or SHA-256"
    list_select_related = ["by"]

    @admin.display(description="file name", ordering="file_name")
    def short_name(self, submission: Submission) -> str:
        return Truncator(submission.file_name).chars(NAME_CHARS) or "without a name"


@admin.register(Job)
class JobAdmin(LookOnly, Retrying, ModelAdmin):
    list_display = [
        "picture", "kind", "state_label", "attempts", "short_error", "created_at", "finished_at",
    ]  # fmt: skip
    list_display_links = ["kind"]
    list_filter = ["state", "kind", "created_at"]
    search_fields = ["error", "item__sha256", "item__submissions__file_name"]
    search_help_text = "Search by error, SHA-256 or file name"
    list_select_related = ["item"]
    fields = [
        "picture", "kind", "version", "state", "attempts", "whole_error", "lease_until",
        "created_at", "started_at", "finished_at",
    ]  # fmt: skip

    @admin.display(description="item")
    def picture(self, job: Job) -> SafeString | str:
        return thumbnail(job.item)

    @display(description="state", label=_STATE_COLOURS, ordering="state")
    def state_label(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @admin.display(description="error", ordering="error")
    def short_error(self, job: Job) -> str:
        return Truncator(job.error).chars(90) or "—"

    @admin.display(description="error")
    def whole_error(self, job: Job) -> SafeString | str:
        return format_html('<pre style="white-space: pre-wrap">{}</pre>', job.error or "none")


@admin.register(Match)
class MatchAdmin(LookOnly, ModelAdmin):
    list_display = [
        "newer_picture", "older_picture", "relation", "distance_bits", "decision_label",
        "decided_by", "created_at", "page",
    ]  # fmt: skip
    list_display_links = ["relation"]
    list_filter = ["decision", "relation", "kind", "reject_reason", "created_at"]
    list_select_related = ["newer", "older", "decided_by"]
    search_fields = ["newer__sha256", "older__sha256", "note"]
    search_help_text = "Search by SHA-256 of either side, or in notes"
    fields = [
        "page", "newer_picture", "older_picture", "relation", "edits", "distance_bits", "measures",
        "engine", "decision", "kind", "reject_reason", "note", "decided_by", "decided_at",
    ]  # fmt: skip

    @admin.display(description="newer")
    def newer_picture(self, match: Match) -> SafeString | str:
        return thumbnail(match.newer)

    @admin.display(description="older")
    def older_picture(self, match: Match) -> SafeString | str:
        return thumbnail(match.older)

    @display(description="decision", label=_STATE_COLOURS, ordering="decision")
    def decision_label(self, match: Match) -> tuple[str, str]:
        return match.decision, match.get_decision_display()

    @admin.display(description="page")
    def page(self, match: Match) -> SafeString:
        return format_html('<a href="{}">Compare</a>', reverse("match", args=[match.uuid]))


@admin.register(CustodyEntry)
class CustodyAdmin(LookOnly, ModelAdmin):
    list_display = ["at", "item", "seq", "action", "by"]
    list_display_links = ["action"]
    list_filter = ["action", "at"]
    list_select_related = ["item", "by"]
    ordering = ["-at", "-pk"]
    search_fields = ["item__sha256", "hash"]
    search_help_text = "Search by SHA-256 of the item or hash of the entry"
    fields = ["item", "seq", "at", "by", "action", "said", "prev_hash", "hash", "chain"]

    @admin.display(description="content, as it was hashed")
    def said(self, entry: CustodyEntry) -> SafeString:
        text = bytes(entry.body).decode(errors="replace")
        with contextlib.suppress(ValueError):  # tampered with: shown as it is
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        return format_html('<pre style="white-space: pre-wrap">{}</pre>', text)

    @admin.display(description="chain of this item")
    def chain(self, entry: CustodyEntry) -> str:
        return " ".join(fault.sentence for fault in custody.check_chain(entry.item)) or "holds"
