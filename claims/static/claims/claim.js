// The page of one claim: keys lead from question to question, what is typed is never swapped away.
"use strict";

(() => {
  const row = (element) => element.closest("[data-row]");

  // The question a person moves to by key opens, and only one stands open. (Not details[name]: the
  // answer's questions arrive while the old one still stands open, and would be closed by it.)
  document.addEventListener("focusin", (event) => {
    const step = event.target.closest?.(".step");
    if (step && event.target.matches("summary[data-row-link]") && document.body.dataset.lastKey) step.open = true;
  });
  document.addEventListener("keydown", (event) => {
    const moves = event.key === "j" || event.key === "k";
    if (moves) document.body.dataset.lastKey = event.key;
    else delete document.body.dataset.lastKey;
  }, true);
  document.addEventListener("pointerdown", () => { delete document.body.dataset.lastKey; }, true);
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.(".step") || !event.target.open) return;
    document.querySelectorAll("#checklist [data-current]").forEach((one) => one.removeAttribute("data-current"));
    row(event.target).setAttribute("data-current", "");
    document.querySelectorAll("#checklist .step[open]").forEach((one) => { if (one !== event.target) one.open = false; });
  }, true);

  // An answer picked by key: go on to the field it needs.
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-answer] [name=answer]")) return;
    const form = event.target.form;
    const needsReason = ["inconclusive", "not_attempted", "not_applicable"].includes(event.target.value);
    const ticks = form.querySelector("[name=picked]:checked");
    const field = needsReason ? form.elements.reason : ticks ? null : form.querySelector("[data-evidence-row] [name=evidence_value]");
    field?.focus();
  });
  document.addEventListener("click", (event) => {
    const more = event.target.closest?.("[data-add-evidence]");
    if (more) {
      const blank = more.parentElement.querySelector("[data-evidence-row]");
      const copy = blank.cloneNode(true);
      copy.querySelectorAll("input").forEach((input) => { input.value = ""; });
      more.before(copy);
      copy.querySelector("[name=evidence_value]").focus();
    }
    const to = event.target.closest?.("[data-open-step]");
    const step = to && document.querySelector(`#step-${CSS.escape(to.dataset.openStep)} .step`);
    if (step) {
      event.preventDefault();
      step.open = true;
      step.querySelector("summary").focus();
    }
    if (event.target.closest?.("a[href='#decide']")) setTimeout(() => document.querySelector("#decide [name=rating]:checked, #decide [name=rating]")?.focus(), 0);
  });
  Keys.add("Ctrl Enter", "Send the form you write in", () => {}); // for the list alone: it works inside fields
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
  });

  // A part of the page in which somebody typed is not replaced by an answer about another part.
  const dirty = new WeakSet();
  document.addEventListener("input", (event) => { if (event.target.form) dirty.add(event.target.form); });
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.matches?.("form")) dirty.delete(event.target); });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    if ([...target.querySelectorAll("form")].some((form) => dirty.has(form))) event.detail.shouldSwap = false;
  });
  addEventListener("beforeunload", (event) => {
    const forms = [...document.querySelectorAll("[data-keep], [data-answer]")];
    if (forms.some((form) => dirty.has(form))) event.preventDefault();
  });
  document.addEventListener("submit", (event) => dirty.delete(event.target), true);

  // A form that unfolds has the keys, and shows.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-unfolds]") && event.target.open)
      event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }, true);

  // After an answer the next question has the keys.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "attached" && document.activeElement === document.body)
      document.querySelector("#attached summary")?.focus({preventScroll: true});
    if (event.detail.target.id !== "checklist") return;
    const refused = document.querySelector("#checklist [role=alert] ~ form [name=answer]:checked");
    if (refused) { refused.dispatchEvent(new Event("change", {bubbles: true})); return; }
    const next = document.querySelector("#checklist [data-current] summary");
    next?.focus({preventScroll: true});
    next?.scrollIntoView({block: "nearest"});
  });

  // The lease is renewed while somebody is there, not while a tab is.
  let active = true;
  ["keydown", "pointermove", "scroll"].forEach((name) => addEventListener(name, () => { active = true; }, {passive: true}));
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches?.("[data-lease]")) return;
    event.detail.parameters.active = active ? "yes" : "no";
    active = false;
  });
})();
