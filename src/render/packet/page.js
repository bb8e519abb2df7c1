(() => {
  "use strict";
  const main = document.querySelector("main");
  const meta = main.dataset;
  const rows = [...main.querySelectorAll(".row")];
  const $ = (id) => document.getElementById(id);
  // Only decisions that were made by hand have a moment.
  const moments = new Map();
  let unsaved = false;

  const controls = (row) => ({
    decision: row.querySelector("select"),
    remove: [...row.querySelectorAll("input[type=checkbox]")],
    comment: row.querySelector("textarea"),
    pass: row.querySelector("input[type=text]"),
  });
  const empty = (row) => {
    const at = controls(row);
    at.decision.value = "";
    at.remove.forEach((box) => { box.checked = false; });
    at.comment.value = "";
    at.pass.value = "";
  };
  // A browser may have put the answers of another page of this name into this one.
  const clear = () => {
    rows.forEach(empty);
    $("confirmed").checked = false;
    $("name").value = "";
    $("load").value = "";
  };
  const answer = (row) => {
    const at = controls(row);
    return {
      decision: at.decision.value,
      remove: at.remove.filter((box) => box.checked).map((box) => box.value),
      comment: at.comment.value.trim(),
      pass_to: at.pass.value.trim(),
    };
  };
  const isBlank = (found) => !found.decision && !found.comment && !found.pass_to && found.remove.length === 0;
  const problem = (row, found) => {
    if (found.pass_to) return found.decision ? "Pass to names somebody: leave the decision empty." : "";
    if (!found.decision) return isBlank(found) ? "" : "There is no decision yet.";
    if (found.decision === "Keep" && row.dataset.reason === "yes" && !found.comment) return "Keep needs a comment here.";
    if (found.decision === "Modify" && !found.comment && found.remove.length === 0) return "Say which roles go, or how in the comment.";
    if (found.decision !== "Modify" && found.remove.length > 0) return "Roles go with Modify.";
    return "";
  };
  const show = () => {
    let done = 0;
    for (const row of rows) {
      const found = answer(row);
      const wrong = problem(row, found);
      const isDone = !wrong && (found.decision !== "" || found.pass_to !== "");
      row.classList.toggle("done", isDone);
      row.querySelector(".problem").textContent = wrong;
      done += isDone ? 1 : 0;
    }
    $("progress").textContent = `${done} of ${rows.length} answered${unsaved ? ", not saved" : ""}`;
  };
  const say = (text) => { $("said").textContent = text; };

  const decisions = (now) => {
    const found = {};
    for (const row of rows) {
      const said = answer(row);
      if (isBlank(said)) continue;
      const at = moments.get(row.dataset.key);
      found[row.dataset.key] = { evidence: row.dataset.evidence, ...said, ...(at ? { decided_at: at } : {}) };
    }
    const name = $("name").value.trim();
    const isSigned = $("confirmed").checked && name !== "";
    return {
      format: "headcount-decisions-1",
      review: meta.review, packet: meta.packet, token: meta.token, bundle_id: meta.bundle,
      opened_at: meta.opened, saved_at: now,
      ...(isSigned ? { signed: { name, at: now } } : {}),
      rows: found,
    };
  };
  const save = () => {
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const text = JSON.stringify(decisions(now), null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `decisions-${meta.packet}-${now.replace(/[:]/g, "")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    show();
    const signed = $("confirmed").checked && $("name").value.trim();
    say(`Saved as ${link.download}. ${signed ? "Send this file back." : "It isn't signed yet: confirm and write your name below, then save again."}`);
  };
  const load = async (file) => {
    let saved;
    try {
      saved = JSON.parse(await file.text());
    } catch {
      return say("This is no file that the page has saved.");
    }
    if (saved.format !== "headcount-decisions-1" || saved.token !== meta.token) {
      return say("This file is of another packet. Nothing was loaded.");
    }
    clear();
    moments.clear();
    let taken = 0;
    for (const row of rows) {
      const said = saved.rows && saved.rows[row.dataset.key];
      if (!said || said.evidence !== row.dataset.evidence) continue;
      const at = controls(row);
      at.decision.value = said.decision || "";
      at.remove.forEach((box) => { box.checked = (said.remove || []).includes(box.value); });
      at.comment.value = said.comment || "";
      at.pass.value = said.pass_to || "";
      if (said.decided_at) moments.set(row.dataset.key, said.decided_at);
      taken += 1;
    }
    unsaved = false;
    show();
    say(`${taken} answers loaded, saved ${saved.saved_at}. They aren't signed: confirm below before you save again.`);
  };

  clear();
  document.querySelectorAll(".screen[hidden]").forEach((part) => { part.hidden = false; });
  main.addEventListener("input", (event) => {
    const row = event.target.closest(".row");
    if (row) moments.set(row.dataset.key, new Date().toISOString());
    unsaved = true;
    show();
  });
  $("save").addEventListener("click", save);
  $("load").addEventListener("change", (event) => {
    const [file] = event.target.files;
    // The same file chosen twice is an event twice.
    if (file) load(file).finally(() => { event.target.value = ""; });
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  addEventListener("pageshow", (event) => { if (event.persisted) show(); });
  addEventListener("beforeprint", () => {
    for (const row of rows) {
      const found = answer(row);
      const parts = [found.decision || "No decision", found.remove.join("; "), found.comment, found.pass_to && `Pass to: ${found.pass_to}`];
      row.querySelector(".printed").textContent = parts.filter(Boolean).join("\n");
    }
    $("signed").textContent = $("confirmed").checked ? `Confirmed: ${$("name").value}` : "Not confirmed";
  });
  // Some browsers put old answers in after the script has run.
  addEventListener("load", () => setTimeout(() => { if (!unsaved) { clear(); show(); } }));
  show();
})();
