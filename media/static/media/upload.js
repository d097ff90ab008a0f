// Files one by one, each with its progress; the plain form does the same at once.
// The server answers each with the partial that the plain page shows.
"use strict";
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const drop = form.querySelector("[data-drop]");
  const input = form.querySelector('input[type="file"]');
  const results = form.querySelector("[data-results]");
  const send = form.querySelector("[data-send]");
  const waiting = [];
  const parked = []; // refused for the story: sent again with the next "Send"
  let running = 0;
  const AT_ONCE = 2;
  const label = send.innerHTML; // the icon and the word, as the server wrote them

  input.required = false;

  function add(files) {
    for (const file of files) {
      const row = document.createElement("div");
      row.className = "result";
      const name = row.appendChild(document.createElement("span"));
      name.className = "cut";
      name.textContent = file.name;
      const bar = row.appendChild(document.createElement("progress"));
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", `Progress of ${file.name}`);
      const word = row.appendChild(document.createElement("span"));
      word.className = "small soft";
      word.textContent = "ready to send";
      results.append(row);
      waiting.push({file, row, bar, word});
    }
    count();
  }

  function count() {
    const files = waiting.length + parked.length;
    send.innerHTML = label;
    if (files) send.append(` ${files} file${files === 1 ? "" : "s"}`);
  }

  function next() {
    while (running < AT_ONCE && waiting.length) {
      running += 1;
      start(waiting.shift());
    }
    count();
  }

  function start(job) {
    const data = new FormData(form); // the story as it stands now
    data.delete("file");
    data.append("file", job.file, job.file.name);
    const request = new XMLHttpRequest();
    job.word.className = "small soft";
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      job.bar.value = event.loaded / event.total;
      job.word.textContent = event.loaded === event.total ? "being kept" : `${Math.floor(100 * event.loaded / event.total)} %`;
    });
    request.addEventListener("load", () => settle(job, request));
    request.addEventListener("error", () => fail(job, "The connection broke off. Nothing was kept of this file."));
    request.send(data);
  }

  function done() {
    running -= 1;
    next();
    count();
  }

  function settle(job, request) {
    if (![200, 413, 422].includes(request.status)) {
      fail(job, request.status === 403 ? "You were signed out, or may not upload. Reload the page." : `The server answered ${request.status}.`);
      return;
    }
    const part = document.createRange().createContextualFragment(request.responseText);
    const named = part.querySelector(".result");
    if (named && !named.querySelector(".cut")) { // the story was refused, not the file
      job.word.className = "result-why";
      job.word.textContent = `${named.querySelector(".result-why").textContent.trim()} Correct it and send again.`;
      job.bar.value = 0;
      parked.push(job);
      done();
      return;
    }
    job.row.replaceWith(part);
    done();
  }

  function fail(job, words) {
    job.bar.remove();
    job.row.classList.add("is-refused");
    job.word.className = "result-why";
    job.word.textContent = words;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn slim";
    again.textContent = "Send again";
    again.addEventListener("click", () => { job.row.remove(); add([job.file]); next(); });
    job.row.append(again);
    done();
  }

  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    waiting.push(...parked.splice(0));
    if (!waiting.length && !running) input.click();
    next();
  });
  const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drop.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("is-over"); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("is-over");
    add([...event.dataTransfer.files]);
  });
  addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
})();
