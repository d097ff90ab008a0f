// A filter takes effect when it is chosen; without this script the button does it.
"use strict";
(() => {
  const form = document.querySelector("[data-filters]");
  if (!form) return;
  form.querySelector("[data-filter-button]").hidden = true;
  form.addEventListener("change", () => {
    form.querySelectorAll("select").forEach((select) => { select.disabled = !select.value; }); // keeps the address short
    form.requestSubmit();
  });
})();
