"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  let busy = false;

  function report(message) {
    byId("error").textContent = message;
    byId("error").hidden = false;
  }

  async function request(method, address, body) {
    let response;
    try {
      response = await fetch(address, { method, body });
    } catch {
      throw new Error("chestxr serve does not answer. Was it ended? Start it again, and open its new address.");
    }
    if (!response.ok) throw new Error(await response.text());
    return response;
  }

  // Dropped and chosen files, with their folders.
  function fromInput(files) {
    return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
  }

  async function fromEntry(entry, found) {
    if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
        if (!some.length) return;
        for (const inside of some) await fromEntry(inside, found);
      }
    }
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    found.push({ name: entry.fullPath.replace(/^\//, ""), file });
  }

  async function fromDrop(transfer) {
    // The list is emptied as soon as this function waits for the first time.
    const files = [...transfer.files];
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    if (!entries.length) return fromInput(files);
    const found = [];
    for (const entry of entries) await fromEntry(entry, found);
    return found;
  }

  // Upload: one film after the other.
  function put(address, file, onProgress) {
    return new Promise((resolve) => {
      const upload = new XMLHttpRequest();
      upload.upload.addEventListener("progress", (event) => onProgress(event.loaded));
      upload.addEventListener("loadend", resolve);
      upload.open("PUT", address);
      upload.send(file);
    });
  }

  async function screen(films) {
    if (busy) return report("Films are being copied. Wait until they are, or open this page in another tab.");
    if (!films.length) return report("No files were found in what you dropped.");
    busy = true;
    byId("error").hidden = true;
    byId("drop").hidden = true;
    byId("copying").hidden = false;
    try {
      const announced = films.map(({ name, file }) => ({ name, size: file ? file.size : 0 }));
      const batch = await (await request("POST", "batches", JSON.stringify(announced))).json();
      const place = `batches/${batch.number}/`;
      const total = Math.max(1, announced.reduce((sum, { size }) => sum + size, 0));
      let copied = 0;
      for (const [index, { file }] of films.entries()) {
        byId("status").textContent = `copying film ${index + 1} of ${films.length}`;
        const key = batch.films[index];
        if (key && file) {
          await put(`${place}films/${key}`, file, (loaded) => { byId("bar").value = (copied + loaded) / total; });
        }
        copied += announced[index].size;
        byId("bar").value = copied / total;
      }
      await request("POST", `${place}screen`);
      busy = false;
      window.location.assign(place);
    } catch (error) {
      busy = false;
      byId("drop").hidden = false;
      byId("copying").hidden = true;
      report(error.message);
    }
  }

  async function act(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const place = `batches/${button.closest("li").dataset.number}`;
    try {
      if (button.matches(".screen")) {
        await request("POST", `${place}/screen`);
        window.location.assign(`${place}/`);
      } else if (window.confirm("Delete the films and results of this batch?")) {
        await request("DELETE", place);
        window.location.reload();
      }
    } catch (error) {
      report(error.message);
    }
  }

  // Events. Files may be dropped anywhere on the page: a browser opens those that are dropped elsewhere.
  byId("choose-files").addEventListener("click", () => byId("files").click());
  byId("choose-folder").addEventListener("click", () => byId("folder").click());
  for (const id of ["files", "folder"]) byId(id).addEventListener("change", (event) => screen(fromInput(event.target.files)));
  document.addEventListener("dragover", (event) => { event.preventDefault(); byId("drop").classList.add("over"); });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) byId("drop").classList.remove("over"); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    byId("drop").classList.remove("over");
    screen(await fromDrop(event.dataTransfer));
  });
  if (byId("batches")) byId("batches").addEventListener("click", act);
  window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
  // After Back, the list must be that of now.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
})();
