// Both sides in step: the other plays at the moment that matches, as fast as it has to.
// Where one side is a still or has no preview, the other side's player works alone.
"use strict";
(() => {
  const root = document.querySelector("[data-compare]");
  const controls = root?.querySelector("[data-players]");
  if (!controls) return;
  const sides = ["this", "other"].map((name) => {
    const part = root.querySelector(`[data-side="${name}"]`);
    return {name, part, player: part.querySelector("video"), line: part.querySelector("[data-line]"), head: part.querySelector("[data-head]"), clock: part.querySelector("[data-clock]")};
  });
  const [here, there] = sides;
  const lead = here.player ? here : there;
  const parts = JSON.parse(root.dataset.segments);
  if (!lead.player) { controls.hidden = true; return; }
  sides.forEach(({player}) => { if (player) player.controls = false; });
  const follows = lead === here && there.player;
  const SLACK_S = 0.08; // two frames at 25 a second: closer is not seen, and seeking stutters

  const start = (side) => Number(side.player?.dataset.startMs || 0);
  const offset = {query_start_ms: start(here), other_start_ms: start(there), query_end_ms: Infinity, other_end_ms: Infinity};
  let chosen = null; // the range both players are held to; without one they follow all ranges
  // The range a moment lies in; between ranges the one that began last.
  function partAt(ms) {
    if (chosen) return chosen;
    const begun = parts.filter((part) => part.query_start_ms <= ms);
    return parts.find((part) => ms >= part.query_start_ms && ms <= part.query_end_ms) || begun[begun.length - 1] || parts[0] || offset;
  }
  const rate = (part) => part.rate || 1; // how fast the other side plays while this one plays at 1
  function matching(ms) {
    const part = partAt(ms);
    return part.other_start_ms + (ms - part.query_start_ms) * rate(part);
  }

  const write = (ms) => {
    const whole = Math.max(0, Math.round(ms)), minutes = Math.floor(whole / 60000);
    return `${minutes}:${String(Math.floor(whole / 1000) % 60).padStart(2, "0")}.${String(whole % 1000).padStart(3, "0")}`;
  };
  function mark(side) {
    if (!side.player) return;
    const ms = side.player.currentTime * 1000;
    if (side.clock) side.clock.textContent = write(ms);
    if (side.head) { side.head.setAttribute("x1", ms); side.head.setAttribute("x2", ms); }
  }
  function seek(side, ms) {
    const {player} = side;
    const end = Number.isFinite(player.duration) ? player.duration : ms / 1000;
    player.currentTime = Math.min(Math.max(0, ms / 1000), end);
  }
  function follow(force) {
    if (!follows) return;
    const wanted = matching(here.player.currentTime * 1000) / 1000;
    const inside = wanted >= 0 && wanted <= (there.player.duration || Infinity);
    if (force || Math.abs(there.player.currentTime - wanted) > SLACK_S) seek(there, wanted * 1000);
    there.player.playbackRate = Math.min(4, Math.max(0.25, here.player.playbackRate * rate(partAt(here.player.currentTime * 1000))));
    if (here.player.paused || !inside) there.player.pause();
    else if (there.player.paused) there.player.play().catch(() => {});
  }
  const goTo = (ms) => { seek(lead, ms); follow(true); };

  const playing = () => !lead.player.paused;
  function toggle() {
    if (playing()) { lead.player.pause(); return; }
    if (lead.player.ended) goTo(parts[0]?.query_start_ms || 0);
    lead.player.play().catch(() => {});
  }
  const word = controls.querySelector("[data-play-word]");
  const said = () => { word.textContent = playing() ? "Pause" : follows ? "Play in step" : "Play"; follow(!playing()); };
  lead.player.addEventListener("play", said);
  lead.player.addEventListener("pause", said);
  lead.player.addEventListener("seeked", () => { mark(lead); if (!playing()) follow(true); });
  lead.player.addEventListener("timeupdate", () => follow(false));
  sides.forEach((side) => ["timeupdate", "seeked"].forEach((name) => side.player?.addEventListener(name, () => mark(side))));
  const draw = () => { sides.forEach(mark); if (playing()) requestAnimationFrame(draw); };
  lead.player.addEventListener("play", draw);

  controls.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("play" in button.dataset) toggle();
    if (button.dataset.frame) {
      lead.player.pause();
      const frame_ms = 1000 / Number(lead.player.dataset.frameRate || 25);
      goTo(lead.player.currentTime * 1000 + Number(button.dataset.frame) * frame_ms);
    }
    if (button.dataset.part) choose(parts[button.dataset.part], button);
  });

  // Hold both to the offset and speed of one range; pressed again, follow all of them.
  const stepWord = controls.querySelector("[data-step-word]");
  function choose(part, button) {
    chosen = chosen === part ? null : part;
    controls.querySelectorAll("[data-part]").forEach((one) => one.setAttribute("aria-pressed", Boolean(chosen) && one === button));
    stepWord.textContent = chosen ? `held to this range, the other at ×${rate(part).toFixed(2)}` : "";
    const name = lead === here ? "query" : "other", told = start(lead); // what is drawn is told of that moment
    goTo(told >= part[`${name}_start_ms`] && told <= part[`${name}_end_ms`] ? told : part[`${name}_start_ms`]);
  }

  document.addEventListener("keydown", (event) => {
    // Space plays, except where it already presses what has the focus.
    if (event.key !== " " || event.target.closest("a, button, input, textarea, select, summary, dialog")) return;
    event.preventDefault();
    toggle();
  });

  // A click on a line goes there; on the other's line, to the moment of this that matches it.
  sides.forEach((side) => side.line?.addEventListener("click", (event) => {
    const box = side.line.getBoundingClientRect();
    const ms = (event.clientX - box.left) / box.width * side.line.viewBox.baseVal.width;
    if (side === lead) goTo(ms);
    else if (follows) {
      const part = parts.find((one) => ms >= one.other_start_ms && ms <= one.other_end_ms) || partAt(0);
      goTo(part.query_start_ms + (ms - part.other_start_ms) / rate(part));
    }
  }));

  // Begin at the matched moment, once the length is known.
  sides.forEach((side) => {
    if (!side.player) return;
    const begin = () => { seek(side, start(side)); mark(side); };
    if (side.player.readyState > 0) begin();
    else side.player.addEventListener("loadedmetadata", begin, {once: true});
  });
  word.textContent = follows ? "Play in step" : "Play";
})();
