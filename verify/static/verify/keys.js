// One list of keys for every page.
//
// An element says its own key: data-key="t" (or "g q": one after the other), with
// data-key-label for the help where its text is not enough. Pressing it clicks a button or link
// and focuses a field. Of several with the same key, the one inside [data-current] wins.
// Lists: [data-list] holds [data-row]s; j and k move, the row's [data-row-link] takes the focus.
// Scripts add theirs with Keys.add("j", "Next frame", run). "?" shows the list.
"use strict";

const Keys = (() => {
  const own = new Map(); // key → {label, run}, added by scripts; they win over elements
  let lead = ""; // the first key of a sequence, for a second
  const root = document.documentElement;
  root.classList.add("has-script");

  const shown = (element) => element.getClientRects().length > 0 && !element.closest("[inert]");
  const typing = (target) => target.isContentEditable ||
    (target.matches?.("input, textarea, select") && !target.matches("[type=checkbox], [type=radio], [type=button], [type=submit], [type=range]"));
  const label = (element) => element.dataset.keyLabel || element.getAttribute("aria-label") ||
    (element.labels?.[0] || element).textContent.replace(/\s+/g, " ").trim();

  // On a layout without Latin letters, take the letter printed at the same place.
  const named = (event) => {
    if (event.key.length !== 1 || event.key.charCodeAt(0) < 128 || !/^Key[A-Z]$/.test(event.code)) return event.key;
    const letter = event.code.slice(3);
    return event.shiftKey ? letter : letter.toLowerCase();
  };

  function add(key, text, run) { own.set(key, {label: text, run}); }

  function find(key) {
    const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(shown);
    return all.find((element) => element.closest("[data-current]")) || all[0];
  }

  function press(key) {
    if (own.has(key)) { own.get(key).run(); return true; }
    const element = find(key);
    if (!element) return false;
    if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) { element.focus(); element.select?.(); }
    else element.click();
    return true;
  }

  function move(by) {
    const rows = [...document.querySelectorAll("[data-list] [data-row]")].filter(shown);
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row.hasAttribute("data-current"));
    mark(rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))], true);
    return true;
  }

  function mark(row, focus) {
    document.querySelectorAll("[data-list] [data-row][data-current]").forEach((other) => other !== row && other.removeAttribute("data-current"));
    row.setAttribute("data-current", "");
    if (focus) (row.querySelector("[data-row-link]") || row).focus({preventScroll: true});
    if (focus) row.scrollIntoView({block: "nearest"});
  }

  function open() {
    const link = document.querySelector("[data-list] [data-row][data-current] [data-row-link]");
    link?.click();
    return Boolean(link);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (document.querySelector("dialog[open]") && event.key !== "?") return;
    const key = named(event);
    const done = (lead && press(`${lead} ${key}`)) || press(key) || (key === "j" && move(1)) || (key === "k" && move(-1)) || (key === "?" && show()) ||
      (key === "Enter" && event.target === document.body && open());
    lead = "";
    if (done) event.preventDefault();
    else if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
      lead = key;
      setTimeout(() => { lead = ""; }, 1200);
    }
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-list] [data-row]");
    if (row) mark(row, false);
  });

  // A row that was swapped under the keys keeps them.
  document.addEventListener("htmx:afterSettle", (event) => {
    const row = event.detail.elt.closest?.("[data-list] [data-row]");
    if (row && document.activeElement === document.body) row.querySelector("[data-row-link]")?.focus({preventScroll: true});
  });

  function list() {
    const page = [], everywhere = [];
    const seen = new Set();
    own.forEach((entry, key) => { seen.add(key); page.push([key, entry.label]); });
    document.querySelectorAll("[data-key]").forEach((element) => {
      const key = element.dataset.key;
      if (seen.has(key) || !shown(element)) return;
      seen.add(key);
      (element.closest(".rail") ? everywhere : page).push([key, label(element)]);
    });
    if (document.querySelector("[data-list]")) {
      page.unshift(["j", "Next in the list"], ["k", "Previous in the list"]);
      if (document.querySelector("[data-row-link]")) page.splice(2, 0, ["Enter", "Open it"]);
    }
    everywhere.push(["Esc", "Leave a field, close this"]);
    return [["On this page", page], ["Everywhere", everywhere]];
  }

  function show() {
    const dialog = document.getElementById("keys");
    if (dialog.open) { dialog.close(); return true; }
    const box = dialog.querySelector("[data-keys-list]");
    box.replaceChildren();
    for (const [title, entries] of list()) {
      if (!entries.length) continue;
      const part = box.appendChild(document.createElement("section"));
      part.appendChild(document.createElement("h3")).textContent = title;
      const rows = part.appendChild(document.createElement("ul"));
      for (const [key, text] of entries) {
        const row = rows.appendChild(document.createElement("li"));
        row.appendChild(document.createElement("span")).textContent = text.replace(new RegExp(`\\s+${key.replace(/\W/g, "\\$&")}$`), "");
        const keys = row.appendChild(document.createElement("span"));
        key.split(" ").forEach((one) => { keys.append(" "); keys.appendChild(document.createElement("kbd")).textContent = one; });
      }
    }
    dialog.showModal();
    return true;
  }

  return {add, show, press};
})();

// Switches that every page has: theme, cover, toasts. Cookies, so that the server draws the page right.
(() => {
  const root = document.documentElement;
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax`; };
  const silence = () => document.querySelectorAll("video, audio").forEach((player) => { player.pause(); });

  function cover() {
    const on = root.dataset.covered !== "yes";
    root.dataset.covered = on ? "yes" : "";
    keep("covered", root.dataset.covered);
    if (on) silence();
  }
  function theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    keep("theme", root.dataset.theme);
  }
  function toast(text) {
    const row = document.createElement("li");
    row.className = "error";
    row.setAttribute("role", "alert");
    row.appendChild(document.createElement("span")).textContent = text;
    document.getElementById("messages").append(row);
    setTimeout(() => row.remove(), 9000);
  }

  document.addEventListener("click", (event) => {
    const on = (name) => event.target.closest?.(`[${name}]`);
    if (on("data-cover")) cover();
    else if (on("data-theme-switch")) theme();
    else if (on("data-show-keys")) Keys.show();
    else if (on("data-dismiss")) on("data-dismiss").closest("li").remove();
    else if (on("data-copy")) navigator.clipboard?.writeText(on("data-copy").dataset.copy);
    // A click elsewhere closes open menus.
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
  document.addEventListener("play", () => { if (root.dataset.covered === "yes") silence(); }, true);
  const fade = () => document.querySelectorAll("#messages .success:not([data-fading])").forEach((row) => {
    row.dataset.fading = "";
    setTimeout(() => row.remove(), 7000);
  });
  fade();
  document.addEventListener("htmx:afterSettle", fade);
  document.addEventListener("htmx:oobAfterSwap", fade);
  document.addEventListener("htmx:sendError", () => toast("The server did not answer. What you typed is still here: try again."));
  document.addEventListener("htmx:responseError", (event) => toast(event.detail.xhr.status === 403
    ? "You may not do that, or you were signed out. Reload the page."
    : `That did not work (${event.detail.xhr.status}). What you typed is still here: try again.`));
})();
