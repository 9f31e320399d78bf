"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const INTERVAL = 700, TRIES = 4;
  let missed = 0;

  function report(message) {
    byId("error").textContent = message;
    byId("error").hidden = !message;
  }

  function remaining(seconds) {
    if (seconds === null) return "";
    return seconds < 90 ? `; about ${Math.max(1, Math.round(seconds))} seconds left` : `; about ${Math.round(seconds / 60)} minutes left`;
  }

  function words(now) {
    if (now.state === "receiving") return "films are being copied";
    if (now.state === "waiting") return "waiting for another batch";
    if (now.state === "failed") return "could not be screened";
    if (now.stopping) return "stopping after the films in progress";
    if (now.done === 0) return "starting: the models are loaded";
    if (now.done === now.films) return "writing the report";
    return `${now.done} of ${now.films} films screened${remaining(now.seconds_left)}`;
  }

  function show(now) {
    const bar = byId("bar");
    if (now.state === "screening" && now.done > 0) {
      bar.max = now.films;
      bar.value = now.done;
    } else {
      bar.removeAttribute("value");
    }
    bar.hidden = now.state === "failed";
    byId("status").textContent = words(now);
    byId("stop").hidden = now.state !== "screening" || now.stopping;
    byId("again").hidden = now.state !== "failed";
    report(now.message);
  }

  async function follow() {
    try {
      const response = await fetch("progress");
      if (response.status === 404) return report(await response.text());
      const now = await response.json();
      missed = 0;
      // Back from the report leads to the list, not to this page.
      if (now.state === "finished") return window.location.replace("results/report.html");
      show(now);
    } catch {
      missed += 1;
      if (missed >= TRIES) report("chestxr serve does not answer. Was it ended? Films and results are then deleted, unless they were kept.");
    }
    window.setTimeout(follow, INTERVAL);
  }

  const ask = (what) => fetch(what, { method: "POST" }).catch(() => {});
  byId("stop").addEventListener("click", () => ask("stop"));
  byId("again").addEventListener("click", () => ask("screen"));
  follow();
})();
