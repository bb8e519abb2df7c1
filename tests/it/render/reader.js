"use strict";
// What a reader of the page does, and what is seen then. A test adds it to the page.
const seen = {};
const pause = () => new Promise((done) => setTimeout(done, 300));
const count = () => document.getElementById("count").textContent;
const names = () => [...document.querySelectorAll(".accounts tbody tr:not([hidden]) th")].map((th) => th.firstChild.textContent.trim());
const ask = async (name, value) => {
  const field = document.getElementById("filter").elements[name];
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await pause();
};
const clear = async () => { document.querySelector("#filter [type=reset]").click(); await pause(); };
const sort = async (by) => { document.querySelector(`[data-sort=${by}] button`).click(); await pause(); };
(async () => {
  seen.start = [count(), names()];
  await ask("q", "BRANDAUER");
  seen.search = [count(), location.hash];
  await clear();
  seen.cleared = [count(), location.hash];
  await ask("severity", "medium");
  await ask("source", "voiso-emea");
  seen.filtered = [count(), location.hash];
  await clear();
  await sort("name");
  seen.sorted = [names(), location.hash];
  await sort("name");
  seen.descending = [names(), location.hash];
  await sort("name");
  seen.unsorted = [names(), location.hash];
  document.querySelector(".tiles a[data-rule=orphaned]").click();
  await pause();
  seen.tile = [count(), document.getElementById("filter").elements.rule.value];
  let saved;
  URL.createObjectURL = (blob) => { saved = blob; return "#"; };
  document.getElementById("csv").click();
  seen.csv = await saved.text();
  await clear();
  await ask("rule", "locked");
  location.hash = document.querySelector("#people a").getAttribute("href");
  await pause();
  const target = document.getElementById(location.hash.slice(1));
  seen.revealed = [count(), !target.closest("[hidden]"), target.getBoundingClientRect().top < innerHeight];
})().catch((error) => { seen.error = String(error); }).finally(() => {
  const told = document.createElement("pre");
  told.id = "seen";
  told.textContent = encodeURIComponent(JSON.stringify(seen));
  document.body.append(told);
});
