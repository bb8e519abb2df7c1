"use strict";
// Filters, grouping, search, links, copies, and a table of what is shown. The page is whole without this.
(() => {
  const section = document.getElementById("findings");
  const form = document.getElementById("filter");
  const places = document.getElementById("lines");
  const copied = (button, text) => {
    const told = button.textContent;
    const done = () => { button.textContent = "copied"; setTimeout(() => { button.textContent = told; }, 1200); };
    const by_hand = () => {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      done();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, by_hand);
    else by_hand();
  };
  const words = (node) => node.textContent.replace(/\s+/g, " ").trim();

  // Act today: one person, or all, as lines of text.
  const act = document.getElementById("act");
  const told = (row) => [...row.cells].slice(0, -1).map(words).filter(Boolean).join(" · ");
  for (const button of act.querySelectorAll(".do button")) {
    button.hidden = false;
    button.setAttribute("aria-label", `copy ${words(button.closest("tr").cells[0])}`);
    button.addEventListener("click", () => copied(button, told(button.closest("tr"))));
  }
  const all = document.getElementById("copy-act");
  if (act.querySelector("tbody tr")) {
    all.hidden = false;
    all.addEventListener("click", () => copied(all, [...act.querySelectorAll("tbody tr")].map(told).join("\n")));
  }

  if (!form) return;
  for (const hidden of form.querySelectorAll("[hidden]:not([type=reset])")) hidden.hidden = false;
  const counter = document.querySelector("#count [role=status]");
  const whole = counter.textContent;
  const none = document.getElementById("none");
  const csv = document.getElementById("csv");
  const clear = form.querySelector("[type=reset]");
  csv.hidden = false;
  const print = document.getElementById("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  const number = (n) => n.toLocaleString("en");
  const missing = places.dataset.missing;

  // Searching finds Kılıç for kilic, and Weiß for weiss: marks are taken off, and letters that have none are spelt.
  const spelt = { "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th" };
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[ıłøđðħŧßæœþ]/g, (c) => spelt[c]);

  const severities = { c: "critical", h: "high", m: "medium", l: "low", i: "info" };
  let index;
  // There may be thousands of lines, and most readers only scroll: they are read when somebody asks for the first time.
  const lines = () => (index ??= [...places.querySelectorAll("details")].map((line, at) => {
    const [why, person, account, manager, age] = line.firstElementChild.children;
    const classes = line.classList;
    return {
      line,
      at,
      home: line.parentElement,
      severity: severities[classes[0]],
      why: why.firstChild.textContent.trim(),
      person: person.textContent,
      employee: line.dataset.e ?? "",
      source: account.firstChild.textContent.trim(),
      account: account.textContent,
      manager: manager.textContent,
      age: age.textContent,
      department: line.dataset.d ?? "",
      covered: classes.contains("cov"),
      fresh: classes.contains("new"),
      privileged: classes.contains("adm"),
      rules: [...line.querySelectorAll("p[id] > a:last-of-type")].map((link) => link.textContent),
      text: "",
    };
  }));
  const searched = (entry) => (entry.text ||= plain(`${entry.line.textContent} ${entry.employee} ${entry.department}`));

  // A source is told by the text before the identifier; where there is none, it is all of it.
  const sources = [...document.querySelectorAll("#by-severity [data-source]")].map((link) => link.dataset.source);
  const lists = ["HR file", "exceptions"];
  const source_of = (text) => (lists.includes(text) ? "HR, lists" : sources.find((source) => text === source || text.startsWith(`${source} `)) ?? text);

  // What a finding's rule is called, and its title; where it has no room of its own, it is the line's.
  const named = (found) => {
    const title = found.querySelector("b") ?? found.closest("details").querySelector("span").firstChild;
    return [found.lastElementChild.textContent, title.textContent.trim()];
  };

  function choices() {
    const fill = (name, values) => {
      const field = form.elements[name];
      for (const [value, title] of values) field.add(new Option(title, value));
      field.closest("label").hidden = values.length < 2;
    };
    const sorted = (values) => [...new Set(values)].filter(Boolean).sort((a, b) => a.localeCompare(b)).map((v) => [v, v]);
    const titles = new Map();
    for (const { line } of lines()) {
      for (const found of line.querySelectorAll("p[id]")) titles.set(...named(found));
    }
    for (const entry of lines()) entry.source = source_of(entry.source);
    fill("rule", [...titles].sort((a, b) => a[1].localeCompare(b[1])));
    for (const name of ["source", "manager", "department"]) fill(name, sorted(lines().map((entry) => entry[name])));
  }
  // What no line has can't be asked for.
  for (const [name, kind] of [["state", ".cov"], ["new", ".new"], ["privileged", ".adm"]]) {
    form.elements[name].closest("label").hidden = !places.querySelector(`details${kind}`);
  }

  // The choices are those that there are, listed when somebody is about to choose.
  let ready = false;
  const prepare = () => {
    if (!ready) choices();
    ready = true;
  };

  const fields = ["q", "rule", "source", "manager", "department", "state", "new", "privileged", "by", "sort"];
  const boxes = [...form.elements.severity];
  const wanted = () => ({
    ...Object.fromEntries(fields.map((name) => [name, form.elements[name].value])),
    severity: boxes.filter((box) => box.checked).map((box) => box.value),
  });

  function apply() {
    const ask = wanted();
    const parts = plain(ask.q).split(/\s+/).filter(Boolean);
    const stands = (entry) => ask.state === "all" || entry.covered === (ask.state === "covered");
    const fits = (entry) =>
      (!ask.rule || entry.rules.includes(ask.rule)) &&
      (!ask.source || entry.source === ask.source) &&
      (!ask.manager || entry.manager === ask.manager) &&
      (!ask.department || entry.department === ask.department) &&
      (!ask.new || entry.fresh) &&
      (!ask.privileged || entry.privileged) &&
      parts.every((part) => searched(entry).includes(part));
    const counts = Object.fromEntries(boxes.map((box) => [box.value, 0]));
    let shown = 0;
    const standing = lines().filter(stands).length;
    for (const entry of lines()) {
      const here = stands(entry) && fits(entry);
      if (here) counts[entry.severity] += 1;
      const visible = here && (!ask.severity.length || ask.severity.includes(entry.severity));
      if (entry.line.hidden === visible) entry.line.hidden = !visible;
      if (visible) shown += 1;
    }
    const active = fields.some((name) => !["by", "sort"].includes(name) && ask[name]) || ask.severity.length > 0;
    for (const box of boxes) box.parentElement.querySelector("b").textContent = number(counts[box.value]);
    for (const group of places.children) {
      const visible = group.querySelectorAll("details:not([hidden])").length;
      group.hidden = !visible;
      group.querySelector("h3 b").textContent = number(visible);
    }
    const beyond = missing && ask.q ? `; ${missing} lines can’t be searched here` : "";
    counter.textContent = active ? `${number(shown)} of ${number(standing)} lines${beyond}` : whole;
    none.hidden = shown > 0;
    if (!shown) {
      const asked = [ask.q && `“${ask.q}”`, ...ask.severity, ...["rule", "source", "manager", "department", "new", "privileged"].map((name) => ask[name])];
      none.firstElementChild.textContent = `No line has ${asked.filter(Boolean).join(" and ")}${beyond}.`;
    }
    clear.hidden = !active;
    places.classList.toggle("asked", active || grouped !== "");
  }

  const origin = [...places.children];
  let grouped = "";
  // A line can be in several groups only by its rules: it stands in that of its worst.
  const groups = {
    person: (entry) => [entry.employee || entry.person, entry.person ? `${entry.person} ${entry.employee === entry.person ? "" : entry.employee}` : "Nobody known"],
    manager: (entry) => [entry.manager, entry.manager || "No manager known"],
    source: (entry) => [entry.source, entry.source],
    rule: (entry) => [entry.rules[0], entry.why],
  };
  const advice = (rule) => document.getElementById(`rule-${rule}`)?.querySelector(".advice")?.textContent ?? "";
  const address = (entry) => [...entry.line.querySelectorAll("p > b")].find((b) => b.textContent === "Manager")?.nextSibling.textContent ?? "";

  function head(group, by, entries, title) {
    const h3 = document.createElement("h3");
    h3.append(title.trim(), " ", document.createElement("b"));
    group.append(h3);
    const note = document.createElement("p");
    note.className = "note";
    if (by === "rule") note.textContent = advice(entries[0].rules[0]);
    if (by === "manager") {
      const mail = entries.map(address).find(Boolean) ?? "";
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "link";
      copy.textContent = "copy all";
      copy.addEventListener("click", () => copied(copy, entries.filter((e) => !e.line.hidden).map((e) => words(e.line.firstElementChild)).join("\n")));
      note.append(mail, mail ? " " : "", copy);
    }
    if (note.textContent) group.append(note);
  }

  // Worst first, unless a heading was chosen: then by its column, and lines that have nothing there last.
  const columns = [...document.querySelectorAll(".heads [data-sort]")].map((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.title = "Sort by this; once more: worst first";
    button.addEventListener("click", () => {
      const field = form.elements.sort;
      field.value = field.value === head.dataset.sort ? "" : head.dataset.sort;
      form.dispatchEvent(new Event("input"));
    });
    head.replaceChildren(button);
    return [head.dataset.sort, button];
  });
  document.querySelector(".heads").removeAttribute("aria-hidden");
  let sorted_by = "";
  const collator = new Intl.Collator(undefined, { numeric: true });
  function in_order() {
    if (!sorted_by) return [...lines()].sort((a, b) => a.at - b.at);
    const days = (entry) => parseInt(entry.age.replace(/\D/g, ""), 10);
    const order = sorted_by === "age" ? (a, b) => days(b) - days(a) : (a, b) => collator.compare(a[sorted_by], b[sorted_by]);
    return [...lines()].sort((a, b) => !a[sorted_by].trim() - !b[sorted_by].trim() || order(a, b) || a.at - b.at);
  }

  function arrange(by, sort) {
    if (by === grouped && sort === sorted_by) return;
    grouped = by;
    sorted_by = sort;
    for (const [name, button] of columns) button.setAttribute("aria-pressed", String(name === sort));
    const ordered = in_order();
    if (!by) {
      for (const { line, home } of ordered) home.append(line);
      places.replaceChildren(...origin);
      return;
    }
    const found = new Map();
    for (const entry of ordered) {
      const [key, title] = groups[by](entry);
      if (!found.has(key)) found.set(key, { title, entries: [] });
      found.get(key).entries.push(entry);
    }
    const sections = [...found.values()].map(({ title, entries }) => {
      const group = document.createElement("section");
      head(group, by, entries, title);
      group.append(...entries.map((entry) => entry.line));
      return group;
    });
    places.replaceChildren(...sections);
  }

  // The address holds the filters, so that it can be sent to somebody.
  function remember() {
    const { severity, ...rest } = wanted();
    const state = Object.entries({ ...rest, severity: severity.join(",") }).filter(([, value]) => value);
    const hash = new URLSearchParams(state).toString();
    const bare = location.hash.includes("=") ? location.pathname + location.search : location.href;
    history.replaceState(null, "", hash ? `#${hash}` : bare);
  }

  function set(state) {
    prepare();
    const severity = (state.severity ?? "").split(",");
    for (const name of fields) form.elements[name].value = state[name] ?? "";
    for (const box of boxes) box.checked = severity.includes(box.value);
    arrange(form.elements.by.value, form.elements.sort.value);
    apply();
  }

  function recall() {
    const hash = location.hash.slice(1);
    if (hash.includes("=")) {
      set(Object.fromEntries(new URLSearchParams(hash)));
      section.scrollIntoView();
      return;
    }
    // A link to a finding that a filter hides clears the filters.
    const target = hash && document.getElementById(decodeURIComponent(hash));
    const line = target && places.contains(target) && target.closest("details");
    if (!line) return;
    if (line.hidden) set(line.classList.contains("cov") ? { state: "all" } : {});
    line.open = true;
    line.scrollIntoView({ block: "center" });
  }

  const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const account = (line) => {
    const label = [...line.querySelectorAll("p > b")].find((b) => b.textContent === "Account");
    const cell = label ? label.parentElement : line.firstElementChild.children[2];
    return { id: cell.querySelector("code")?.textContent ?? "", source: source_of((label ? label.nextSibling : cell.firstChild).textContent.trim()) };
  };

  // What a line can do is made when it unfolds.
  places.addEventListener("toggle", ({ target: line }) => {
    if (!line.open || line.querySelector(".tools")) return;
    const found = line.querySelector("p[id]");
    const fingerprint = found.id.slice(2);
    const { id, source } = account(line);
    const told = document.createElement("p");
    told.className = "told";
    told.textContent = advice(found.lastElementChild.textContent);
    const tools = document.createElement("div");
    tools.className = "tools";
    const add = (title, text) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = title;
      button.addEventListener("click", () => copied(button, text));
      tools.append(button);
    };
    add("Copy link", `${location.href.split("#")[0]}#${found.id}`);
    if (id && !id.includes("…")) {
      add("Copy account id", id);
      add("Copy command to explain", `headcount explain ${quoted(`${source}/${id}`)}`);
    }
    add("Copy command for an exception", `headcount waivers add ${fingerprint}`);
    line.append(...(told.textContent ? [told] : []), tools);
  }, true);

  // A spreadsheet takes text that starts like a formula for one, unless an apostrophe stands before it.
  const cell = (text) => {
    const flat = text.replace(/\s+/g, " ").trim();
    return `"${(/^[=+\-@]/.test(flat) ? `'${flat}` : flat).replaceAll('"', '""')}"`;
  };
  function table() {
    const rows = [["severity", "title", "rule", "source", "account_id", "person", "employee_id", "manager", "department", "age_days", "message", "fingerprint"]];
    for (const line of places.querySelectorAll("details:not([hidden])")) {
      const entry = lines().find((one) => one.line === line);
      const age = line.firstElementChild.lastElementChild.textContent.replace(/\D/g, "");
      for (const found of line.querySelectorAll("p[id]")) {
        const [rule, title] = named(found);
        const message = [...found.childNodes].filter((node) => !node.tagName).map((node) => node.textContent).join("");
        rows.push([severities[found.className], title, rule, entry.source, account(line).id, entry.person, entry.employee, entry.manager, entry.department, age, message, found.id.slice(2)]);
      }
    }
    return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
  }
  csv.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv;charset=utf-8" }));
    link.download = "findings.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  for (const link of document.querySelectorAll("#by-severity [data-severity]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const { severity, source } = link.dataset;
      location.hash = new URLSearchParams(source ? { severity, source } : { severity }).toString();
    });
  }

  let timer;
  form.addEventListener("focusin", prepare);
  form.addEventListener("pointerenter", prepare);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      prepare();
      arrange(form.elements.by.value, form.elements.sort.value);
      apply();
      remember();
    }, 120);
  });
  form.addEventListener("reset", () => setTimeout(() => { set({}); remember(); }));
  none.querySelector("button").addEventListener("click", () => { set({}); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", recall);
  // What is covered is shown when it is asked for.
  for (const group of places.querySelectorAll("section.cov")) group.hidden = true;
  // A browser that comes back to the page has kept what was chosen.
  if (fields.some((name) => form.elements[name].value) || boxes.some((box) => box.checked)) {
    prepare();
    arrange(form.elements.by.value, form.elements.sort.value);
    apply();
  }
  recall();
})();
