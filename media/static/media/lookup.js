// Search by picture: drop a file on the page, paste one, or choose one; the answer appears in place.
// The plain form does the same with a page load.
"use strict";
(() => {
  const part = document.querySelector("[data-lookup]");
  if (!part) return;
  const form = part.querySelector("form"), input = form.querySelector('input[type="file"]');
  const results = part.querySelector("[data-lookup-results]");
  let current = null; // the request under way, so that a newer one takes its place
  let last = null; // the file of the last one, to try it again

  form.querySelector("[data-lookup-send]").hidden = true; // choosing a file is enough

  function say(kind, words) {
    const line = document.createElement("p");
    line.className = `note ${kind}`;
    line.setAttribute("role", kind === "bad" ? "alert" : "status");
    line.textContent = words;
    results.replaceChildren(line);
    return line;
  }

  function look(file) {
    if (!file) return;
    last = file;
    current?.abort();
    const data = new FormData(form);
    data.delete("file");
    data.append("file", file, file.name);
    const request = current = new XMLHttpRequest();
    const since = Date.now();
    const line = say("now", `${file.name}: sending …`);
    const bar = line.appendChild(document.createElement("progress"));
    bar.setAttribute("aria-label", `Progress of ${file.name}`);
    const tell = () => { line.firstChild.data = `${file.name}: comparing with every item … ${Math.round((Date.now() - since) / 1000)} s`; };
    let ticking = 0;
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; }
    });
    request.upload.addEventListener("load", () => { bar.removeAttribute("value"); tell(); ticking = setInterval(tell, 1000); });
    request.addEventListener("loadend", () => { clearInterval(ticking); if (current === request) current = null; });
    request.addEventListener("load", () => {
      if ([200, 413, 422, 503].includes(request.status) && request.responseText.includes("data-lookup-answer")) {
        results.replaceChildren(document.createRange().createContextualFragment(request.responseText));
        results.querySelector("[data-row-link]")?.focus({preventScroll: true});
        part.scrollIntoView({block: "nearest"});
      } else say("bad", request.status === 403 ? "You were signed out, or may not search. Reload the page." : `${file.name}: the server answered ${request.status}. Nothing was kept; try again.`);
    });
    request.addEventListener("error", () => say("bad", `${file.name}: the connection broke off. Nothing was kept; try again.`));
    request.send(data);
  }

  input.addEventListener("change", () => { look(input.files[0]); input.value = ""; });
  part.addEventListener("click", (event) => {
    if (event.target.closest("[data-lookup-clear]")) { results.replaceChildren(); input.focus(); }
    if (event.target.closest("[data-lookup-again]")) {
      if (last) look(last);
      else input.click();
    }
  });

  const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    part.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) part.classList.remove("is-over"); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    part.classList.remove("is-over");
    look(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])][0];
    if (!file) return;
    event.preventDefault();
    look(file);
  });
})();
