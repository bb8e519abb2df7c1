"use strict";
// What a reader of the page does, and what is seen then. A test adds it to the page.
const seen = {};
const pause = () => new Promise((done) => setTimeout(done, 300));
const form = document.getElementById("filter");
const count = () => document.querySelector("#count [role=status]").textContent;
const shown = () => [...document.querySelectorAll("#lines section:not([hidden]) details:not([hidden])")];
const heads = () => [...document.querySelectorAll("#lines section:not([hidden]) h3")].map((head) => head.textContent.replace(/\s+/g, " ").trim());
const ask = async (name, value) => {
  form.dispatchEvent(new Event("focusin"));
  const field = form.elements[name];
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await pause();
  return [count(), shown().length, decodeURIComponent(location.hash)];
};
const clear = async () => { form.querySelector("[type=reset]").click(); await pause(); };
const copies = [];
Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { copies.push(text); } } });
(async () => {
  seen.start = [count(), shown().length, heads()];

  // Act today.
  document.querySelector("#act .do button").click();
  document.getElementById("copy-act").click();
  seen.act = [copies.splice(0), document.querySelector("#act tbody th a").getAttribute("href"), document.querySelector("#act a[href^=mailto]").href];

  seen.search = await ask("q", "BRANDAUER kilic");
  seen.cleared = [(await clear(), count()), shown().length, location.hash];
  seen.nothing = [await ask("q", "nobody at all"), document.getElementById("none").textContent.trim(), document.getElementById("none").hidden];
  document.querySelector("#none button").click();
  await pause();
  seen.found = [shown().length, document.getElementById("none").hidden];

  seen.filters = {};
  for (const [name, value] of [["rule", "stale-login"], ["source", "vcc"], ["manager", "Tomas Lindqvist"], ["department", "Customer Support"], ["state", "covered"], ["state", "all"], ["new", "new"], ["privileged", "privileged"]]) {
    seen.filters[`${name}=${value}`] = (await ask(name, value))[0];
    await clear();
  }
  document.getElementById("s-h").click();
  await pause();
  seen.severity = [count(), decodeURIComponent(location.hash), document.querySelector("label.c b").textContent];
  await clear();
  document.querySelector("#by-severity [data-severity=medium][data-source=vcc]").click();
  await pause();
  seen.cell = [count(), shown().length];
  seen.csv = await (async () => {
    let saved;
    URL.createObjectURL = (blob) => { saved = blob; return "#"; };
    document.getElementById("csv").click();
    return saved.text();
  })();
  await clear();

  seen.groups = {};
  for (const by of ["person", "manager", "source", "rule", ""]) {
    await ask("by", by);
    seen.groups[by] = [heads(), shown().length];
  }

  seen.sorted = {};
  for (const name of ["person", "account", "age"]) {
    const head = document.querySelector(`.heads [data-sort=${name}]`);
    const column = [...head.parentElement.children].indexOf(head);
    const pressed = () => head.firstElementChild.getAttribute("aria-pressed");
    head.firstElementChild.click();
    await pause();
    const first = shown().slice(0, 4).map((line) => line.firstElementChild.children[column].textContent.trim());
    seen.sorted[name] = [first, pressed(), decodeURIComponent(location.hash)];
    head.firstElementChild.click();
    await pause();
    seen.sorted[name].push(pressed(), shown()[0].firstElementChild.children[column].textContent.trim());
  }
  document.querySelector("[data-sort=person] button").click();
  await ask("by", "source");
  seen.sorted.within = [heads()[0], shown().slice(0, 3).map((line) => line.firstElementChild.children[1].textContent.trim()), decodeURIComponent(location.hash)];
  document.querySelector("[data-sort=person] button").click();
  await ask("by", "");
  let printed = 0;
  window.print = () => { printed += 1; };
  document.getElementById("print").click();
  seen.printed = printed;

  const line = shown()[0];
  line.open = true;
  await pause();
  for (const button of line.querySelectorAll(".tools button")) button.click();
  seen.unfolded = [copies.splice(0), line.querySelector(".told").textContent];

  await ask("rule", "locked");
  location.hash = document.querySelector("#act tbody th a").getAttribute("href");
  await pause();
  const target = document.getElementById(location.hash.slice(1));
  const place = target.closest("details");
  seen.link = [!place.closest("[hidden]"), place.open, place.getBoundingClientRect().top < innerHeight, count()];
})().catch((error) => { seen.error = `${error} ${error.stack}`; }).finally(() => {
  const told = document.createElement("pre");
  told.id = "seen";
  told.textContent = encodeURIComponent(JSON.stringify(seen));
  document.body.append(told);
});
