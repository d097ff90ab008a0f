"""The form of a question, drawn once for all that have no answer yet."""

from types import SimpleNamespace
from uuid import UUID

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from claims.pages.step_lines import StepLine

register = template.Library()

_NOBODY = UUID(int=0)  # stands where the question's id goes


@register.simple_tag(takes_context=True)
def answer_form(context: Context, line: StepLine) -> SafeString:
    """Draw the form of one question. Needs: desk.

    The forms of questions without an answer differ by the question's id and words alone. Drawing
    some twenty of them one by one took more time than the rest of the page.
    """
    if line.typed or line.step.answer is not None:
        return _drawn(context, line.step, line.values)
    desk = context["desk"]
    if not desk.blank_form:
        nobody = SimpleNamespace(uuid=_NOBODY, question="", answer=None)
        desk.blank_form = _drawn(context, nobody, {})
    # Both sides are safe: the form is drawn by a template, and an id has no markup.
    return mark_safe(desk.blank_form.replace(str(_NOBODY), str(line.step.uuid)))  # noqa: S308


def _drawn(context: Context, step: object, values: dict) -> SafeString:
    form = context.template.engine.get_template("claims/_answer_form.html")
    with context.push(step=step, values=values):
        return form.render(context)
