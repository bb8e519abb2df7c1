"use strict";
// What a reviewer does on the page of a packet, and what is seen then. A test adds it to the page.
const seen = {};
const pause = (ms) => new Promise((done) => setTimeout(done, ms ?? 200));
const rows = [...document.querySelectorAll(".row")];
const saved = [];
URL.createObjectURL = (blob) => { saved.push(blob); return "about:blank#saved"; };
const names = [];
HTMLAnchorElement.prototype.click = function click() { names.push(this.download); };
const set = (control, value) => {
  if (control.type === "checkbox") control.checked = value; else control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
};
const decision = (row) => row.querySelector("select");
const values = () => rows.map((row) => decision(row).value);
const save = async () => { document.getElementById("save").click(); await pause(); return JSON.parse(await saved.at(-1).text()); };
const said = () => document.getElementById("said").textContent;
const load = async (text) => {
  const input = document.getElementById("load");
  const files = new DataTransfer();
  files.items.add(new File([text], "decisions.json", { type: "application/json" }));
  input.files = files.files;
  // Files are read at the machine's pace, and the browser's clock runs ahead of that: this one is read at once.
  File.prototype.text = () => Promise.resolve(text);
  input.dispatchEvent(new Event("change"));
  await pause();
};
// As a browser puts the answers of an older page of this name into a newer one: without an event, before the page is loaded.
decision(rows[0]).value = "Revoke";
rows[0].querySelector("textarea").value = "has left";
addEventListener("load", () => setTimeout(async () => {
  try {
    await pause();
    seen.restored = [values(), rows[0].querySelector("textarea").value];
    seen.untouched = await save();
    set(decision(rows[0]), "Keep");
    set(decision(rows[1]), "Modify");
    seen.problem = rows[1].querySelector(".problem").textContent;
    set(rows[1].querySelector("input[type=checkbox]"), true);
    set(rows[1].querySelector("textarea"), "read only");
    seen.fixed = rows[1].querySelector(".problem").textContent;
    seen.progress = document.getElementById("progress").textContent;
    const pass = rows[0].querySelector("input[type=text]");
    pass.focus();
    for (const kind of ["keydown", "keypress", "keyup"]) pass.dispatchEvent(new KeyboardEvent(kind, { key: "Enter", bubbles: true, cancelable: true }));
    seen.entered = [values(), location.search];
    const leaving = new Event("beforeunload", { cancelable: true });
    dispatchEvent(leaving);
    seen.asks = leaving.defaultPrevented;
    seen.unsigned = await save();
    seen.said = said();
    const quiet = new Event("beforeunload", { cancelable: true });
    dispatchEvent(quiet);
    seen.asksAfterSaving = quiet.defaultPrevented;
    dispatchEvent(new Event("beforeprint"));
    seen.printed = rows.map((row) => row.querySelector(".printed").textContent);
    const text = JSON.stringify(seen.unsigned);
    set(decision(rows[0]), "Revoke");
    await load(text);
    seen.loaded = [values(), rows[1].querySelector("input[type=checkbox]").checked, said()];
    await load(text.replace(seen.unsigned.token, "t-other"));
    seen.other = said();
    await load("nonsense");
    seen.nonsense = said();
    set(document.getElementById("confirmed"), true);
    set(document.getElementById("name"), "Bob Birch");
    seen.signed = await save();
    seen.names = names;
  } catch (error) {
    seen.error = String(error);
  }
  const pre = document.createElement("pre");
  pre.id = "seen";
  pre.textContent = encodeURIComponent(JSON.stringify(seen));
  document.body.append(pre);
}));
