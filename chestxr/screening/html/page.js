"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const body = document.querySelector("tbody");
  const rows = [...body.rows];
  const data = [...document.querySelectorAll("script.film")];
  const headers = [...document.querySelectorAll("th[data-key]")];
  const SVG = "http://www.w3.org/2000/svg";
  let open = null, scale = 1, left = 0, top = 0;

  // Table: search, filter, sort.
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const shown = () => rows.filter((row) => !row.hidden);

  function filter() {
    const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = byId("show").value;
    for (const row of rows) {
      const fits = !kind || row.dataset.kind === kind || (kind === "flagged" && row.dataset.flagged === "1");
      row.hidden = !(fits && words.every((word) => text.get(row).includes(word)));
    }
    const count = shown().length;
    byId("count").textContent = `${count} film${count === 1 ? "" : "s"}`;
  }

  function sort(header) {
    const key = header.dataset.key;
    const down = header.getAttribute("aria-sort") === "ascending" || (key === "score" && header.getAttribute("aria-sort") === "none");
    headers.forEach((other) => other.setAttribute("aria-sort", "none"));
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const compare = key === "score"
      ? (a, b) => Number(a.dataset.score) - Number(b.dataset.score)
      : (a, b) => a.dataset[key].localeCompare(b.dataset[key], undefined, { numeric: true });
    rows.sort((a, b) => (down ? -compare(a, b) : compare(a, b)) || a.dataset.index - b.dataset.index);
    body.append(...rows);
  }

  // Film: contours and zone map over the image, zoom, results.
  function path(name, outline) {
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("d", outline);
    drawn.setAttribute("class", name);
    return drawn;
  }

  function layer(id, film) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${film.picture[0]} ${film.picture[1]}`);
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

  function zoneMap(film) {
    const svg = layer("zone-layer", film);
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

  function place() {
    byId("stage").style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
  }

  function fit() {
    const stage = byId("stage"), view = byId("view");
    scale = Math.min(view.clientWidth / stage.offsetWidth, view.clientHeight / stage.offsetHeight);
    left = (view.clientWidth - stage.offsetWidth * scale) / 2;
    top = (view.clientHeight - stage.offsetHeight * scale) / 2;
    place();
  }

  function zoom(factor, x = byId("view").clientWidth / 2, y = byId("view").clientHeight / 2) {
    const wanted = Math.min(20, Math.max(0.1, scale * factor));
    left = x - (x - left) * wanted / scale;
    top = y - (y - top) * wanted / scale;
    scale = wanted;
    place();
  }

  function fade() {
    const outlines = byId("outline-layer"), zones = byId("zone-layer");
    if (outlines) outlines.style.opacity = byId("outline").value / 100;
    if (zones) zones.style.opacity = byId("zones").value / 100;
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
    open = row;
    const film = JSON.parse(data[row.dataset.index].textContent);
    byId("name").textContent = film.name;
    const stage = byId("stage");
    stage.replaceChildren();
    byId("film").hidden = false;
    byId("list").hidden = true;
    byId("view").hidden = !film.picture;
    if (film.picture) {
      stage.style.width = `${film.picture[0]}px`;
      stage.style.height = `${film.picture[1]}px`;
      const image = document.createElement("img");
      image.src = film.image;
      image.alt = "";
      const outlines = layer("outline-layer", film);
      for (const side of ["right", "left"]) outlines.append(path(`lung ${side}`, film.outlines[side] || ""));
      stage.append(image, zoneMap(film), outlines);
      fade();
      fit();
    }
    byId("details").replaceChildren(
      ...table("Score", film.score), ...list("Reasons, in log odds: + for, - against", film.reasons), ...list("Warnings", film.flags),
      ...table("Measurements", film.measurements), ...table("Made with", film.versions));
    byId(film.picture ? "view" : "close").focus();
    window.scrollTo(0, 0);
  }

  function close() {
    byId("film").hidden = true;
    byId("list").hidden = false;
    if (open) open.focus();
    open = null;
  }

  function step(by) {
    const films = shown(), from = films.indexOf(open ?? document.activeElement);
    const row = films[Math.min(films.length - 1, Math.max(0, from + by))];
    if (!row) return;
    if (open) show(row);
    else row.focus();
  }

  // Events.
  headers.forEach((header) => header.querySelector("button").addEventListener("click", () => sort(header)));
  byId("find").addEventListener("input", filter);
  byId("show").addEventListener("change", filter);
  body.addEventListener("click", (event) => { const row = event.target.closest("tr"); if (row) show(row); });
  byId("close").addEventListener("click", close);
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("outline").addEventListener("input", fade);
  byId("zones").addEventListener("input", fade);
  byId("in").addEventListener("click", () => zoom(1.25));
  byId("out").addEventListener("click", () => zoom(0.8));
  byId("fit").addEventListener("click", fit);
  byId("view").addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = byId("view").getBoundingClientRect();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  byId("view").addEventListener("pointerdown", (event) => byId("view").setPointerCapture(event.pointerId));
  byId("view").addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    left += event.movementX;
    top += event.movementY;
    place();
  });
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  });
  window.addEventListener("resize", () => { if (open) fit(); });
  const flip = (id) => { byId(id).value = Number(byId(id).value) ? 0 : 90; fade(); };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search], select");
    const sliding = event.target.matches("input[type=range]");
    const keys = {
      ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: () => (open ? close() : event.target.blur()),
      Enter: () => event.target.matches("tbody tr") && show(event.target), "/": () => !open && byId("find").focus(),
      "+": () => open && zoom(1.25), "-": () => open && zoom(0.8), 0: () => open && fit(),
      o: () => open && flip("outline"), z: () => open && flip("zones"),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing && event.key !== "Escape") return;
    if (sliding && event.key.startsWith("Arrow")) return;
    if (event.key === "Enter" && !event.target.matches("tbody tr")) return;
    event.preventDefault();
    act();
  });
  if (window.matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.theme = "dark";
})();
