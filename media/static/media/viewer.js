// The viewer: frame by frame, keyframe strip, and for a close look zoom, turn, mirror, brightness.
// Works by delegation, so that a viewer swapped in by htmx works too.
"use strict";
(() => {
  const viewerOf = (node) => node.closest?.("[data-viewer]");
  const current = () => {
    const all = [...document.querySelectorAll("[data-viewer]")].filter((one) => one.getClientRects().length);
    return all.find((one) => one.closest("[data-current]")) || all[0];
  };
  const player = (viewer) => viewer?.querySelector("video");
  const write = (seconds) => {
    const ms = Math.round(seconds * 1000);
    return `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}.${String(ms % 1000).padStart(3, "0")}`;
  };

  // --- Time ---
  function mark(viewer) {
    const video = player(viewer), clock = viewer.querySelector("[data-clock]");
    if (!video) return;
    if (clock) clock.textContent = write(video.currentTime);
    const keys = [...viewer.querySelectorAll("[data-seek]")];
    const at = keys.filter((key) => Number(key.dataset.seek) <= video.currentTime * 1000 + 1).pop();
    keys.forEach((key) => (key === at ? key.setAttribute("aria-current", "true") : key.removeAttribute("aria-current")));
  }
  function step(viewer, frames) {
    const video = player(viewer);
    if (!video) return;
    video.pause();
    video.currentTime = Math.max(0, video.currentTime + frames / Number(viewer.dataset.frameRate || 25));
  }
  const jump = (viewer, seconds) => { const video = player(viewer); if (video) video.currentTime = Math.max(0, video.currentTime + seconds); };
  const toggle = (viewer) => { const video = player(viewer); if (video) (video.paused ? video.play().catch(() => {}) : video.pause()); };
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => document.addEventListener(name, (event) => {
    const viewer = viewerOf(event.target);
    if (viewer) mark(viewer);
  }, true));

  // --- A close look: one state per viewer, kept on the element ---
  const fresh = () => ({zoom: 1, x: 0, y: 0, quarters: 0, flip: 1, bright: 100, contrast: 100});
  const looks = new WeakMap();
  const look = (viewer) => { if (!looks.has(viewer)) looks.set(viewer, fresh()); return looks.get(viewer); };
  function draw(viewer) {
    const box = viewer.querySelector(".stage-box"), media = viewer.querySelector("[data-media]");
    if (!media) return;
    const {zoom, x, y, quarters, flip, bright, contrast} = look(viewer);
    const wide = Number(media.getAttribute("width")), high = Number(media.getAttribute("height"));
    const scale = Math.min(box.clientWidth / wide, box.clientHeight / high);
    const fit = quarters % 2 ? Math.min(box.clientWidth / high, box.clientHeight / wide) / scale : 1;
    media.style.transform = `translate(${x}px, ${y}px) scale(${zoom * fit}) rotate(${quarters * 90}deg) scaleX(${flip})`;
    media.style.filter = bright === 100 && contrast === 100 ? "" : `brightness(${bright}%) contrast(${contrast}%)`;
    box.classList.toggle("is-zoomed", zoom > 1);
    const word = viewer.querySelector("[data-zoom-word]");
    if (word) word.textContent = `${Math.round(zoom * 100)} %`;
  }
  function zoomTo(viewer, zoom, at) {
    const state = look(viewer), box = viewer.querySelector(".stage-box").getBoundingClientRect();
    const next = Math.min(12, Math.max(1, zoom));
    const [px, py] = at ? [at[0] - box.left - box.width / 2, at[1] - box.top - box.height / 2] : [0, 0];
    state.x = px - (px - state.x) * next / state.zoom;
    state.y = py - (py - state.y) * next / state.zoom;
    state.zoom = next;
    hold(viewer, box);
    draw(viewer);
  }
  function hold(viewer, box) { // keeps a part of the picture in the box
    const state = look(viewer), far = (side) => side * (state.zoom - 1) / 2;
    state.x = Math.min(far(box.width), Math.max(-far(box.width), state.x));
    state.y = Math.min(far(box.height), Math.max(-far(box.height), state.y));
  }
  const deeds = {
    in: (viewer) => zoomTo(viewer, look(viewer).zoom * 1.5),
    out: (viewer) => zoomTo(viewer, look(viewer).zoom / 1.5),
    turn: (viewer) => { look(viewer).quarters = (look(viewer).quarters + 1) % 4; draw(viewer); },
    mirror: (viewer) => { look(viewer).flip *= -1; draw(viewer); },
    reset: (viewer) => {
      looks.set(viewer, fresh());
      viewer.querySelectorAll("[data-look-range]").forEach((range) => { range.value = 100; });
      draw(viewer);
    },
  };

  document.addEventListener("click", (event) => {
    const viewer = viewerOf(event.target), button = event.target.closest?.("button");
    if (!viewer || !button) return;
    if (button.dataset.seek) { const video = player(viewer); if (video) video.currentTime = Number(button.dataset.seek) / 1000; }
    if (button.dataset.step) step(viewer, Number(button.dataset.step));
    if (button.dataset.look) deeds[button.dataset.look](viewer);
  });
  document.addEventListener("input", (event) => {
    const name = event.target.dataset?.lookRange, viewer = name && viewerOf(event.target);
    if (viewer) { look(viewer)[name] = Number(event.target.value); draw(viewer); }
  });
  document.addEventListener("wheel", (event) => {
    const viewer = viewerOf(event.target);
    if (!viewer || !event.ctrlKey || !event.target.closest(".stage-box") || !viewer.querySelector("img[data-media]")) return;
    event.preventDefault();
    zoomTo(viewer, look(viewer).zoom * Math.exp(-event.deltaY / 300), [event.clientX, event.clientY]);
  }, {passive: false});
  document.addEventListener("dblclick", (event) => {
    const viewer = viewerOf(event.target);
    if (viewer && event.target.matches("img[data-media]")) zoomTo(viewer, look(viewer).zoom > 1 ? 1 : 3, [event.clientX, event.clientY]);
  });
  document.addEventListener("pointerdown", (event) => {
    const viewer = viewerOf(event.target);
    if (!viewer || look(viewer).zoom === 1 || !event.target.matches("img[data-media]")) return;
    const box = viewer.querySelector(".stage-box"), state = look(viewer);
    const from = [event.clientX - state.x, event.clientY - state.y];
    const move = (moved) => {
      [state.x, state.y] = [moved.clientX - from[0], moved.clientY - from[1]];
      hold(viewer, box.getBoundingClientRect());
      draw(viewer);
    };
    const stop = () => { box.classList.remove("is-dragged"); removeEventListener("pointermove", move); };
    box.classList.add("is-dragged");
    addEventListener("pointermove", move);
    addEventListener("pointerup", stop, {once: true});
    event.preventDefault();
  });

  // --- Keys ---
  const on = (key, text, run) => Keys.add(key, text, () => { const viewer = current(); if (viewer) run(viewer); });
  function addKeys() { // again after a swap: the viewer may have come with it
    if (document.querySelector("video[data-media]")) {
      on(",", "Frame back", (viewer) => step(viewer, -1));
      on(".", "Next frame", (viewer) => step(viewer, 1));
      on("J", "Back 5 seconds", (viewer) => jump(viewer, -5));
      on("K", "Play or pause", toggle);
      on("L", "On 5 seconds", (viewer) => jump(viewer, 5));
    }
    if (document.querySelector("[data-look]")) {
      on("+", "Zoom in", deeds.in);
      on("-", "Zoom out", deeds.out);
      on("0", "Show the whole picture", deeds.reset);
      on("R", "Turn a quarter", deeds.turn);
      on("M", "Mirror", deeds.mirror);
    }
  }
  addKeys();
  document.addEventListener("htmx:afterSettle", addKeys);
})();
