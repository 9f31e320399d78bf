"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const body = document.querySelector("tbody");
  const rows = [...body.rows];
  const data = [...document.querySelectorAll("script.film")];
  const headers = [...document.querySelectorAll("th[data-key]")];
  const byName = new Map(rows.map((row) => [row.dataset.film, row]));
  const SVG = "http://www.w3.org/2000/svg";
  const title = document.title;
  let open = null, film = null, kind = "", scrolled = 0, stepped = 0;
  let scale = 1, fitted = 1, left = 0, top = 0, width = 100, level = 50;

  // Table: search, filter, sort.
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const shown = () => rows.filter((row) => !row.hidden);

  function filter() {
    const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const fits = !kind || row.dataset.kind === kind || (kind === "flagged" && row.dataset.flagged === "1");
      row.hidden = !(fits && words.every((word) => text.get(row).includes(word)));
    }
    const count = shown().length;
    byId("count").textContent = `${count} shown`;
  }

  function sort(header) {
    const key = header.dataset.key;
    const before = header.getAttribute("aria-sort");
    const down = before === "ascending" || (before === "none" && (key === "score" || key === "date"));
    headers.forEach((other) => other.setAttribute("aria-sort", "none"));
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const compare = key === "score"
      ? (a, b) => Number(a.dataset.score) - Number(b.dataset.score)
      : (a, b) => a.dataset[key].localeCompare(b.dataset[key], undefined, { numeric: true });
    rows.sort((a, b) => (down ? -compare(a, b) : compare(a, b)) || a.dataset.index - b.dataset.index);
    body.append(...rows);
  }

  // Film: marks, contours and zone map over the picture.
  function path(name, outline) {
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("d", outline);
    drawn.setAttribute("class", name);
    return drawn;
  }

  function layer(id) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${film.preview_size[0]} ${film.preview_size[1]}`);
    svg.id = id;
    return svg;
  }

  function hatch(id, colour, angle) {
    const pattern = document.createElementNS(SVG, "pattern");
    const attributes = { id, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` };
    Object.entries(attributes).forEach(([name, value]) => pattern.setAttribute(name, value));
    const ground = document.createElementNS(SVG, "rect"), line = document.createElementNS(SVG, "rect");
    [[ground, 8, 0.55], [line, 2.5, 1]].forEach(([rect, width, opacity]) => {
      rect.setAttribute("width", width);
      rect.setAttribute("height", 8);
      rect.setAttribute("fill", colour);
      rect.setAttribute("fill-opacity", opacity);
      pattern.append(rect);
    });
    return pattern;
  }

  function zoneMap() {
    const svg = layer("zone-layer");
    svg.append(hatch("towards", "#d55e00", 45), hatch("away", "#0072b2", -45));
    const strongest = Math.max(1, ...Object.values(film.zones).map(Math.abs));
    for (const [zone, value] of Object.entries(film.zones)) {
      if (!film.outlines[zone]) continue;
      const drawn = path("zone", film.outlines[zone]);
      drawn.setAttribute("fill", value > 0 ? "url(#towards)" : "url(#away)");
      drawn.setAttribute("fill-opacity", 0.15 + 0.75 * Math.abs(value) / strongest);
      svg.append(drawn);
      const points = film.outlines[zone].match(/-?[\d.]+/g).map(Number);
      const xs = points.filter((_, i) => i % 2 === 0), ys = points.filter((_, i) => i % 2 === 1);
      const label = document.createElementNS(SVG, "text");
      label.setAttribute("class", "zone-value");
      label.setAttribute("x", (Math.min(...xs) + Math.max(...xs)) / 2);
      label.setAttribute("y", (Math.min(...ys) + Math.max(...ys)) / 2);
      label.textContent = (value > 0 ? "+" : "\u2212") + Math.abs(value).toFixed(2);
      svg.append(label);
    }
    return svg;
  }

  function markLayer() {
    const svg = layer("mark-layer");
    for (const [x, y, radius, probability] of film.marks) {
      const circle = document.createElementNS(SVG, "circle"), label = document.createElementNS(SVG, "text");
      Object.entries({ class: "mark", cx: x, cy: y, r: radius }).forEach(([name, value]) => circle.setAttribute(name, value));
      Object.entries({ class: "mark-value", x, y: y - radius }).forEach(([name, value]) => label.setAttribute(name, value));
      label.textContent = probability;
      svg.append(circle, label);
    }
    return svg;
  }

  // Film: zoom, window and level, full resolution.
  function place() {
    byId("stage").style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    byId("stage").style.setProperty("--scale", scale);
    if (scale > 1.01 * fitted && scale * devicePixelRatio > 1) sharpen();
    readOut();
  }

  function readOut() {
    const zoomed = 100 * scale * devicePixelRatio * film.preview_size[0] / film.full_size[0];
    byId("readout").textContent = `window ${Math.round(width)} \u00b7 level ${Math.round(level)} \u00b7 zoom ${Math.round(zoomed)}% \u00b7 ${film.shown}`;
  }

  function sharpen() {
    if (film.shown !== "preview") return;
    const wanted = film, large = new Image();
    const state = (words) => { wanted.shown = words; if (wanted === film) readOut(); };
    state("loading");
    large.alt = "";
    large.src = wanted.full;
    large.decode().then(() => {
      state("full resolution");
      if (wanted !== film) return;
      byId("stage").firstChild.replaceWith(large);
      light();
    }, () => state(`preview (${decodeURIComponent(wanted.full)} is missing)`));
  }

  function fit() {
    const stage = byId("stage"), view = byId("view");
    fitted = scale = Math.min(view.clientWidth / stage.offsetWidth, view.clientHeight / stage.offsetHeight);
    left = (view.clientWidth - stage.offsetWidth * scale) / 2;
    top = (view.clientHeight - stage.offsetHeight * scale) / 2;
    place();
  }

  function actual() {
    return film.full_size[0] / film.preview_size[0] / devicePixelRatio;
  }

  function zoom(factor, x = byId("view").clientWidth / 2, y = byId("view").clientHeight / 2) {
    const wanted = Math.min(8 * Math.max(actual(), fitted), Math.max(fitted / 2, scale * factor));
    left = x - (x - left) * wanted / scale;
    top = y - (y - top) * wanted / scale;
    scale = wanted;
    place();
  }

  function move(x, y) {
    left += x;
    top += y;
    place();
  }

  function light() {
    width = Math.min(200, Math.max(2, width));
    level = Math.min(100, Math.max(0, level));
    byId("width").value = width;
    byId("level").value = level;
    // grey -> (grey - level) / width + 0.5. The first step darkens, so that it does not clip.
    const mirrored = level < 50, from = mirrored ? 100 - level : level;
    const steps = [`brightness(${50 / from})`, `contrast(${2 * from / width})`];
    if (mirrored) steps.unshift("invert(1)");
    if (mirrored !== (byId("invert").getAttribute("aria-pressed") === "true")) steps.push("invert(1)");
    byId("stage").firstChild.style.filter = steps.join(" ");
    readOut();
  }

  function press(button, pressed) {
    byId(button).setAttribute("aria-pressed", pressed);
  }

  function turn(button) {
    press(button, byId(button).getAttribute("aria-pressed") !== "true");
  }

  function reset() {
    width = 100;
    level = 50;
    press("invert", false);
    light();
    fit();
  }

  function dragMoves(moves) {
    press("drag-move", moves);
    press("drag-window", !moves);
    byId("view").classList.toggle("moves", moves);
  }

  const moves = () => byId("view").classList.contains("moves");

  function fade() {
    for (const [name, slider] of [["mark-layer", "marks"], ["outline-layer", "outline"], ["zone-layer", "zones"]]) {
      if (byId(name)) byId(name).style.opacity = byId(slider).value / 100;
    }
  }

  function list(title, entries) {
    const heading = document.createElement("h3");
    heading.textContent = title;
    const found = document.createElement("ul");
    for (const entry of entries) {
      const item = document.createElement("li");
      item.textContent = entry;
      found.append(item);
    }
    return entries.length ? [heading, found] : [];
  }

  function table(title, entries) {
    const heading = document.createElement("h3");
    heading.textContent = title;
    const found = document.createElement("dl");
    for (const [name, value] of entries) {
      const term = document.createElement("dt"), definition = document.createElement("dd");
      term.textContent = name;
      definition.textContent = value;
      found.append(term, definition);
    }
    return entries.length ? [heading, found] : [];
  }

  function show(row) {
    if (!open) scrolled = window.scrollY;
    open = row;
    film = JSON.parse(data[row.dataset.index].textContent);
    film.shown = "preview";
    document.title = `${title}: ${film.label}`;
    byId("name").textContent = film.label;
    look(true);
    byId("picture").hidden = !film.preview;
    byId("stage").replaceChildren();
    byId("outcome").replaceChildren(...["result", "score", "date"].map((name) => copy(row.querySelector(`.${name}`), name)));
    byId("details").replaceChildren(
      ...table("Score", film.score),
      ...film.evidence.flatMap(([heading, reasons]) => list(heading, reasons)),
      ...list("Warnings", film.flags), ...table("Measurements", film.measurements), ...table("Made with", film.versions));
    whereami();
    if (film.preview) picture();
    byId(film.preview ? "view" : "close").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  function picture() {
    const stage = byId("stage"), image = document.createElement("img"), contours = layer("outline-layer");
    stage.style.width = `${film.preview_size[0]}px`;
    stage.style.height = `${film.preview_size[1]}px`;
    stage.style.aspectRatio = `${film.preview_size[0]} / ${film.preview_size[1]}`;
    image.src = film.preview;
    image.alt = "";
    for (const side of ["right", "left"]) contours.append(path(`lung ${side}`, film.outlines[side] || ""));
    stage.append(image, zoneMap(), contours, markLayer());
    fade();
    reset();
  }

  function copy(cell, name) {
    const part = document.createElement("div");
    part.className = name;
    part.append(...cell.cloneNode(true).childNodes);
    return part;
  }

  function whereami() {
    const films = shown(), at = films.indexOf(open);
    byId("place").textContent = at < 0 ? "" : `${at + 1} of ${films.length}`;
    byId("previous").disabled = at === 0;
    byId("next").disabled = at === films.length - 1;
  }

  function look(atFilm) {
    byId("film").hidden = !atFilm;
    byId("list").hidden = atFilm;
    document.body.classList.toggle("opened", atFilm);
  }

  function showTable(name) {
    byId("unknown").hidden = !name;
    byId("unknown").textContent = `This report has no film ${name}.`;
    document.title = title;
    look(false);
    if (!open) return;
    window.scrollTo(0, scrolled);
    open.focus({ preventScroll: true });
    open.scrollIntoView({ block: "nearest" });
    open = film = null;
  }

  // Each film has its own address.
  function go(row) {
    location.hash = row ? `film=${encodeURIComponent(row.dataset.film)}` : "";
    follow();
  }

  function follow() {
    const name = nameIn(location.hash), row = byName.get(name);
    if (!row) showTable(name);
    else if (row !== open) show(row);
  }

  function nameIn(hash) {
    try {
      return hash.startsWith("#film=") ? decodeURIComponent(hash.slice(6)) : "";
    } catch {
      return hash;
    }
  }

  function step(by) {
    const films = shown(), from = films.indexOf(open ?? document.activeElement);
    const row = films[Math.min(films.length - 1, Math.max(0, from + by))];
    if (!row) return;
    if (!open) row.focus();
    // Browsers ignore changes of the address in quick succession, as a key that is held down makes them.
    else if (row !== open && performance.now() - stepped > 80) {
      stepped = performance.now();
      go(row);
    }
  }

  // Events.
  headers.forEach((header) => header.querySelector("button").addEventListener("click", () => sort(header)));
  byId("find").addEventListener("input", filter);
  for (const button of document.querySelectorAll("#counts button")) button.addEventListener("click", () => {
    kind = button.dataset.kind;
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", other === button);
    filter();
  });
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(row);
  });
  byId("close").addEventListener("click", () => go(null));
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("marks").addEventListener("input", fade);
  byId("outline").addEventListener("input", fade);
  byId("zones").addEventListener("input", fade);
  byId("in").addEventListener("click", () => zoom(1.25));
  byId("out").addEventListener("click", () => zoom(0.8));
  byId("fit").addEventListener("click", fit);
  byId("actual").addEventListener("click", () => zoom(actual() / scale));
  byId("width").addEventListener("input", () => { width = Number(byId("width").value); light(); });
  byId("level").addEventListener("input", () => { level = Number(byId("level").value); light(); });
  byId("invert").addEventListener("click", () => { turn("invert"); light(); });
  byId("reset").addEventListener("click", reset);
  byId("drag-window").addEventListener("click", () => dragMoves(false));
  byId("drag-move").addEventListener("click", () => dragMoves(true));
  const at = (event) => {
    const box = byId("view").getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  byId("view").addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, ...at(event));
  }, { passive: false });
  byId("view").addEventListener("dblclick", (event) => {
    if (scale > 1.01 * fitted) fit();
    else zoom(Math.max(2, actual() / scale), ...at(event));
  });
  const fingers = new Map();
  byId("view").addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    if (event.button === 1) event.preventDefault();
    byId("view").setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
  });
  byId("view").addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = at(event), x = now[0] - before[0], y = now[1] - before[1];
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, now);
    if (other) {
      move(x / 2, y / 2);
      zoom(Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1])),
        (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (moves() || event.shiftKey || event.buttons & 4) move(x, y);
    else {
      width += 0.4 * x;
      level += 0.25 * y;
      light();
    }
  });
  for (const end of ["pointerup", "pointercancel"]) byId("view").addEventListener(end, (event) => fingers.delete(event.pointerId));
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  });
  // A phone changes the height while it scrolls.
  let fittedTo = innerWidth;
  window.addEventListener("resize", () => {
    if (film?.preview && innerWidth !== fittedTo) fit();
    fittedTo = innerWidth;
  });
  window.addEventListener("hashchange", follow);
  const flip = (id) => { byId(id).value = Number(byId(id).value) ? 0 : 90; fade(); };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search]");
    const sliding = event.target.matches("input[type=range]");
    const keys = {
      ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: () => (open ? go(null) : event.target.blur()),
      Enter: () => go(event.target), "/": () => !open && byId("find").focus(),
    };
    if (film?.preview) Object.assign(keys, {
      "+": () => zoom(1.25), "-": () => zoom(0.8), 0: fit, 1: () => zoom(actual() / scale), m: () => dragMoves(!moves()),
      i: () => byId("invert").click(), r: reset, k: () => flip("marks"), o: () => flip("outline"), z: () => flip("zones"),
    });
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing && event.key !== "Escape") return;
    if (sliding && event.key.startsWith("Arrow")) return;
    if (event.key === "Enter" && !event.target.matches("tbody tr")) return;
    event.preventDefault();
    act();
  });
  if (window.matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.theme = "dark";
  history.scrollRestoration = "manual";
  follow();
})();
