"use strict";
// Search, filters, sorting, links that keep them, and a CSV of what is shown. The page is whole without this.
(() => {
  const form = document.getElementById("filter");
  const fields = ["q", "severity", "source", "rule"];
  const order = ["critical", "high", "medium", "low", "info"];
  const subjects = document.querySelectorAll(".findings > tbody > tr");
  const total = document.querySelectorAll(".findings li[id]").length;
  let sorting = "";
  let index;
  if (!total) return;
  form.hidden = false;

  // There may be thousands of rows, and most readers only scroll: they are read when somebody asks for the first time.
  // A finding has an id; the lists of near misses in a row have none.
  const rows = () => (index ??= [...subjects].map((row) => ({
    row,
    source: row.querySelector("th b")?.textContent ?? "",
    text: row.textContent.toLowerCase(),
    items: [...row.querySelectorAll("li[id]")].map((item) => ({
      item,
      severity: item.querySelector("b").className,
      rule: item.querySelector("a").textContent,
    })),
  })));

  const wanted = () => Object.fromEntries(fields.map((name) => [name, form.elements[name].value]));

  function tell(findings, on) {
    const number = (n) => n.toLocaleString("en");
    document.getElementById("count").textContent =
      `${number(findings)} of ${number(total)} findings shown, on ${number(on)} subjects`;
  }

  // A finding is shown if it has the severity and rule asked for, and its row the source and all words.
  function apply() {
    const { q, severity, source, rule } = wanted();
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    let findings = 0;
    let on = 0;
    for (const { row, text, items, source: from } of rows()) {
      const here = (!source || from === source) && words.every((word) => text.includes(word));
      let shown = 0;
      for (const { item, ...is } of items) {
        const fits = here && (!severity || is.severity === severity) && (!rule || is.rule === rule);
        if (item.hidden === fits) item.hidden = !fits;
        if (fits) shown += 1;
      }
      if (row.hidden === shown > 0) row.hidden = !shown;
      findings += shown;
      if (shown) on += 1;
    }
    tell(findings, on);
  }

  // The address holds the filters, so that it can be sent to somebody.
  function remember() {
    const state = Object.entries({ ...wanted(), sort: sorting }).filter(([, value]) => value);
    const hash = new URLSearchParams(state).toString();
    // A link to a finding stays in the address when there is no filter to put there.
    const bare = location.hash.includes("=") ? location.pathname + location.search : location.href;
    history.replaceState(null, "", hash ? `#${hash}` : bare);
  }

  function recall() {
    const hash = location.hash.slice(1);
    if (!hash.includes("=")) {
      reveal(hash);
      return;
    }
    const state = new URLSearchParams(hash);
    for (const name of fields) form.elements[name].value = state.get(name) || "";
    sort(state.get("sort") || "");
    apply();
    document.getElementById("findings").scrollIntoView();
  }

  // A link to a finding that a filter hides clears the filters.
  function reveal(id) {
    const target = id && document.getElementById(id);
    if (!target || !target.closest("[hidden]")) return;
    form.reset();
    apply();
    target.scrollIntoView();
  }

  const keys = {
    name: ({ row }) => row.cells[0].textContent.toLowerCase(),
    person: ({ row }) => row.cells[1].textContent.toLowerCase() || "\uffff",
    login: ({ row }) => row.cells[3].textContent,
    severity: ({ row }) => String(order.indexOf(row.className)),
  };

  // "name" ascends and "-name" descends; nothing is the order of the document.
  function sort(by) {
    const key = by.replace(/^-/, "");
    if (by === sorting || (by && !keys[key])) return;
    sorting = by;
    const sign = by.startsWith("-") ? -1 : 1;
    const accounts = rows().filter(({ row }) => row.closest(".accounts"));
    const keyed = accounts.map((entry, at) => ({ row: entry.row, at, key: by ? keys[key](entry) : "" }));
    keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.at - b.at));
    document.querySelector(".accounts tbody")?.append(...keyed.map(({ row }) => row));
    for (const head of document.querySelectorAll("[data-sort]")) {
      if (!by || head.dataset.sort !== key) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
    }
  }

  for (const head of document.querySelectorAll("[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `Sort by ${head.textContent}`);
    head.append(" ", button);
    button.addEventListener("click", () => {
      const name = head.dataset.sort;
      sort(sorting === name ? `-${name}` : sorting === `-${name}` ? "" : name);
      remember();
    });
  }

  // A spreadsheet takes text that starts like a formula for one, unless an apostrophe stands before it.
  const cell = (text) => {
    const flat = text.replace(/\s+/g, " ").trim();
    return `"${(/^[=+\-@\t\r]/.test(flat) ? `'${flat}` : flat).replaceAll('"', '""')}"`;
  };

  function csv() {
    const lines = [["severity", "rule", "source", "subject", "person", "message", "remediation", "fingerprint"]];
    const words = (node) => [...node.childNodes].map((part) => part.textContent.trim()).filter(Boolean).join(" · ");
    const inDocument = [...rows()].sort((a, b) => (a.row.compareDocumentPosition(b.row) & 4 ? -1 : 1));
    for (const { row, source, items } of inDocument) {
      const [subject, person] = [...row.cells].map(words);
      for (const { item, severity, rule } of items.filter(({ item }) => !item.hidden)) {
        const [message, remediation] = [...item.querySelectorAll("p")].map((p) => p.textContent);
        const fingerprint = item.querySelector("code").textContent;
        lines.push([severity, rule, source, subject, person, message, remediation, fingerprint]);
      }
    }
    return `\ufeff${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  document.getElementById("csv").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    link.download = "findings.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  for (const tile of document.querySelectorAll(".tiles a")) {
    tile.addEventListener("click", (event) => {
      event.preventDefault();
      location.hash = new URLSearchParams({ rule: tile.dataset.rule }).toString();
    });
  }

  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { apply(); remember(); }, 120);
  });
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", recall);
  // A browser that comes back to the page has kept what was typed.
  if (Object.values(wanted()).some(Boolean)) apply();
  else tell(total, subjects.length);
  recall();
})();
