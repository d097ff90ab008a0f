// Side by side, overlay, blink and difference. The other picture is laid on this one by the
// transform that was found: its four corners in this picture's pixels make a projective map.
"use strict";
(() => {
  const root = document.querySelector("[data-compare]");
  const stage = root?.querySelector("[data-stage]");
  if (!stage) return;
  const side = (name) => {
    const box = stage.querySelector(`[data-side="${name}"] [data-view]`);
    const media = box.querySelector("[data-media]");
    return {box, media, overlay: box.querySelector("[data-overlay]"), wide: Number(media?.getAttribute("width")), high: Number(media?.getAttribute("height"))};
  };
  const here = side("this"), there = side("other");
  if (!here.media || !there.media || !here.wide || !there.wide) return;
  const region = JSON.parse(root.dataset.region);
  const edits = JSON.parse(root.dataset.edits);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const words = {this: stage.querySelector('[data-side="this"] b').textContent, other: stage.querySelector('[data-side="other"] b').textContent};
  let blinking = 0, isTurned = false;

  // --- Projective maps: 3×3 matrices, row by row (P. Heckbert, 1989) ---
  const adjugate = (m) => [
    m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
    m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
    m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]];
  const multiply = (a, b) => a.map((_, i) => [0, 1, 2].reduce((sum, k) => sum + a[i - i % 3 + k] * b[3 * k + i % 3], 0));
  const apply = (m, v) => [0, 1, 2].map((row) => m[3 * row] * v[0] + m[3 * row + 1] * v[1] + m[3 * row + 2] * v[2]);
  function basis(corners) {
    const [a, b, c, d] = corners;
    const m = [a[0], b[0], c[0], a[1], b[1], c[1], 1, 1, 1];
    const scale = apply(adjugate(m), [d[0], d[1], 1]);
    return multiply(m, [scale[0], 0, 0, 0, scale[1], 0, 0, 0, scale[2]]);
  }
  const mapOf = (from, to) => multiply(basis(to), adjugate(basis(from)));
  const css = (m) => `matrix3d(${[m[0], m[3], 0, m[6], m[1], m[4], 0, m[7], 0, 0, 1, 0, m[2], m[5], 0, m[8]].map((x) => x / m[8]).join(",")})`;

  // --- Where a picture lies in its box (object-fit: contain), and how it was turned ---
  function place({box, wide, high}) {
    const scale = Math.min(box.clientWidth / wide, box.clientHeight / high);
    return {scale, left: (box.clientWidth - wide * scale) / 2, top: (box.clientHeight - high * scale) / 2};
  }
  const onBox = (one, points) => {
    const {scale, left, top} = place(one);
    return points.map(([x, y]) => [left + x * scale, top + y * scale]);
  };
  const corners = ({wide, high}) => [[0, 0], [wide, 0], [wide, high], [0, high]];

  function turn() { // of the other picture, as it lies on this one: mirrored or not, and quarter turns
    if (!region) return {mirrored: edits.some((edit) => edit.edit === "mirrored"), quarters: 0};
    const [a, b, , d] = region;
    const across = [b[0] - a[0], b[1] - a[1]], down = [d[0] - a[0], d[1] - a[1]];
    return {
      mirrored: across[0] * down[1] - across[1] * down[0] < 0,
      quarters: (Math.round(Math.atan2(across[1], across[0]) / (Math.PI / 2)) + 4) % 4,
    };
  }
  // Without corners the whole of the one is laid on the whole of the other, mirrored if it was.
  function goal() {
    if (region) return region;
    const [a, b, c, d] = corners(here);
    return turn().mirrored ? [b, a, d, c] : [a, b, c, d];
  }

  function lay() {
    const style = there.media.style;
    if (there.overlay) there.overlay.style.transform = "";
    if (root.dataset.mode === "side") {
      style.transformOrigin = "50% 50%";
      style.transform = isTurned ? sideTurn() : "";
      if (there.overlay) there.overlay.style.transform = style.transform;
      join();
      return;
    }
    style.transformOrigin = "0 0";
    style.transform = css(mapOf(onBox(there, corners(there)), onBox(here, goal())));
  }
  function sideTurn() {
    const {mirrored, quarters} = turn();
    const {box, wide, high} = there;
    const [cos, sin] = [[1, 0], [0, 1], [-1, 0], [0, -1]][quarters];
    const {scale} = place(there);
    const fit = quarters % 2 ? Math.min(box.clientWidth / high, box.clientHeight / wide) / scale : 1;
    const flip = mirrored ? -1 : 1; // y' = flip · (turned y): with both, x runs along the found edge
    return `matrix(${fit * cos},${fit * sin},${fit * -sin * flip},${fit * cos * flip},0,0)`;
  }

  // --- Lines between the points that agree, over both pictures ---
  const wantsPoints = document.getElementById("show-points");
  const lines = stage.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  lines.setAttribute("class", "lines");
  lines.setAttribute("aria-hidden", "true");
  function join() {
    lines.replaceChildren();
    if (!wantsPoints?.checked || root.dataset.mode !== "side") return;
    const ground = stage.getBoundingClientRect();
    const places = [here, there].map(({overlay}) => [...overlay.querySelectorAll("[data-dot]")].map((dot) => {
      const box = dot.getBoundingClientRect();
      return [box.left + box.width / 2 - ground.left, box.top + box.height / 2 - ground.top];
    }));
    places[0].forEach(([x, y], at) => {
      const line = lines.appendChild(document.createElementNS(lines.namespaceURI, "line"));
      Object.entries({x1: x, y1: y, x2: places[1][at][0], y2: places[1][at][1]}).forEach(([name, value]) => line.setAttribute(name, value));
    });
  }
  wantsPoints?.addEventListener("change", join);

  // --- Modes ---
  const only = (name, isOn) => root.querySelectorAll(`.${name}-only`).forEach((part) => { part.hidden = !isOn; });
  function show(which) {
    root.dataset.shown = which;
    root.querySelector("[data-blink-word]").textContent = words[which];
  }
  function mode(name) {
    if (name === "blink" && root.dataset.mode === "blink") { show(root.dataset.shown === "this" ? "other" : "this"); if (calm) return; }
    root.dataset.mode = name;
    document.querySelectorAll("button[data-mode]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.mode === name));
    ["side", "overlay", "blink", "difference"].forEach((one) => only(one, one === name));
    turnButton.hidden = name !== "side" || !needsTurn;
    clearInterval(blinking);
    if (name === "blink") {
      show("other");
      if (!calm) blinking = setInterval(() => show(root.dataset.shown === "this" ? "other" : "this"), 700); // ms; slower than 3 flashes a second
    }
    lay();
  }
  const turnButton = root.querySelector("[data-turn]");
  const {mirrored, quarters} = turn();
  const needsTurn = mirrored || quarters !== 0;
  turnButton.hidden = !needsTurn;
  turnButton.addEventListener("click", () => {
    isTurned = !isTurned;
    turnButton.setAttribute("aria-pressed", isTurned);
    lay();
  });
  document.querySelectorAll("button[data-mode]").forEach((button) => button.addEventListener("click", () => mode(button.dataset.mode)));

  // --- The slider, also by dragging on the picture ---
  const slider = root.querySelector("[data-cut]");
  const cut = (percent) => stage.style.setProperty("--cut", `${percent}%`);
  slider.addEventListener("input", () => cut(slider.value));
  const drag = (event) => {
    if (root.dataset.mode !== "overlay" || !event.target.closest("[data-view]") || (event.type === "pointermove" && !event.buttons)) return;
    const box = here.box.getBoundingClientRect();
    slider.value = 100 * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    cut(slider.value);
    event.preventDefault();
  };
  stage.addEventListener("pointerdown", drag);
  stage.addEventListener("pointermove", drag);

  new ResizeObserver(lay).observe(here.box);
  lay();
})();
