// The page's frame: verdict, failures, changes, and the tabs that make each view when it is first looked at.

"use strict";

function verdict(panel) {
  const { meta, summary } = data;
  panel.append(element("h2", `${summary.Status}: ${number(summary.Targets)} targets`));
  const facts = [
    ["operation", meta.operation], ["run", summary.RunId],
    ["succeeded", number(summary.Succeeded)], ["skipped", number(summary.Skipped)], ["failed", withExpected(summary.Failed, summary.ExpectedFailures)],
    ...whatCame(summary),
    ["started", summary.StartedAt ?? ""], ["ended", summary.EndedAt ?? ""],
    ["accounts", number(summary.Accounts)],
    ["accounts left out", leftOut(summary.AccountsLeftOut)],
    ["Regions asked", [...data.regions].sort().join(", ")],
    ["Regions not asked", (summary.RegionsNotAsked ?? []).join(", ") || "none that this release knows"],
    ["parameters", meta.parameters || "none"],
  ];
  const list = element("dl", undefined, { class: "facts" });
  for (const [name, text] of facts) list.append(element("dt", name), element("dd", cut(String(text ?? ""), 2000)));
  panel.append(list);
  if (summary.ExpiredExceptions?.length) {
    panel.append(element("h3", "Exceptions that have expired, and what they are for is still there"),
      element("pre", summary.ExpiredExceptions.map((line) => cut(line, 500)).join("\n"), { class: "changes", tabindex: "0" }));
  }
}

/** What the run found, or what became of the rows of a plan that it applied. */
function whatCame(summary) {
  if (summary.Rows) return [["rows of the plan", Object.entries(summary.Rows).map(([outcome, count]) => `${number(count)} ${outcome}`).join(", ")]];
  return [
    ["records", withExpected(summary.Records, summary.ExpectedRecords)],
    ["since the previous run", summary.Added == null ? "no earlier run to compare with"
      : `${withExpected(summary.Added, summary.ExpectedAdded)} added, ${number(summary.Removed)} removed (${summary.PreviousRunId})`],
  ];
}

/** A number, and how many of it an exception expects. */
const withExpected = (all, expected) => number(all) + (expected ? ` (${number(expected)} expected)` : "");

/** Why accounts of the organization are not in the run, and how many. */
function leftOut(reasons) {
  const told = Object.entries(reasons ?? {}).map(([reason, count]) => `${number(count)} × ${reason}`);
  return told.join("; ") || "none";
}

/** Failures and skips, by kind and by what was said, without the ids that make each message another one. */
function groups() {
  const found = new Map();
  const { status, kind, message, account, region } = data.cells;
  for (let i = 0; i < status.length; i++) {
    if (status[i] === "S") continue;
    const said = cut(message[i], 300).replace(/\d{12}/g, "ACCOUNT").replace(/[a-z]{2}(-[a-z]+)+-\d/g, "REGION");
    const key = `${status[i]} ${kind[i]} ${said}`;
    if (!found.has(key)) found.set(key, { status: status[i], kind: kind[i], said, targets: [] });
    found.get(key).targets.push(`${data.accounts[account[i]].id} ${data.regions[region[i]]}`);
  }
  return [...found.values()].sort((a, b) => URGENCY.indexOf(a.status) - URGENCY.indexOf(b.status) || b.targets.length - a.targets.length);
}

const BOXES = { F: "failed", K: "skipped", E: "expected" };
/** What needs somebody comes first, what is expected last. */
const URGENCY = "FKE";

function failures(panel) {
  const all = groups();
  if (data.summary.Failed) {
    panel.append(element("h3", "Ask what failed once more"), element("pre", data.meta.resume, { class: "command" }));
  }
  if (!all.length) panel.append(element("p", "No target failed and none was skipped."));
  for (const group of all.slice(0, 12)) {
    const box = element("section", undefined, { class: BOXES[group.status] });
    box.append(element("h3", `${LETTER[group.status]} ${group.kind}: ${counted(group.targets.length, "target")}`),
      element("p", group.said), element("p", data.meta.remedies[group.kind] ?? "", { class: "remedy" }),
      element("p", `${group.targets.slice(0, 5).join("; ")}${group.targets.length > 5 ? "; …" : ""}`, { class: "targets" }));
    panel.append(box);
  }
  if (all.length > 12) panel.append(element("p", `${number(all.length - 12)} further causes: coverage.csv has each target.`));
}

function changes(panel) {
  const { summary } = data;
  if (summary.Added == null) {
    panel.append(element("p", summary.Rows ? "The run applied a plan: each row says what became of it." : "There is no earlier run to compare with."));
    return;
  }
  panel.append(element("p", `${number(summary.Added)} added, ${number(summary.Removed)} removed since ${summary.PreviousRunId}, `
    + "over the targets that succeeded in both runs. changes.csv has all of them."));
  const names = columnNames();
  const lines = data.changes.map(([kind, account, region, ...cells]) => {
    const { id, name } = data.accounts[account];
    const told = cells.map((cell, i) => `${names[i + 3]}=${cut(cell, 80)}`).join(" ");
    return `${kind === "added" ? "+" : "−"} ${id} ${cut(name, 60)} ${region} ${told}`;
  });
  panel.append(element("pre", lines.join("\n"), { class: "changes", tabindex: "0" }));
}

const VIEWS = [
  ["Verdict", verdict], ["Coverage", (panel) => new Heat(panel)], ["Failures", failures],
  ["Changes", changes], ["Rows", (panel) => new Rows(panel)], ["Topology", (panel) => new Topology(panel)],
];

function tabs() {
  const list = element("div", undefined, { role: "tablist", "aria-label": "Views" });
  const holder = document.getElementById("views");
  const made = VIEWS.map(([name], i) => {
    const tab = element("button", name, { role: "tab", id: `tab${i}`, type: "button", "aria-controls": `view${i}` });
    const panel = element("section", undefined, { role: "tabpanel", id: `view${i}`, "aria-labelledby": `tab${i}`, hidden: "" });
    tab.onclick = () => show(i);
    list.append(tab);
    holder.append(panel);
    return { tab, panel, drawn: false };
  });
  list.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = made.findIndex(({ tab }) => tab === document.activeElement);
    if (step && at >= 0) show((at + step + made.length) % made.length, true);
  };
  holder.before(list);
  function show(i, focus) {
    made.forEach(({ tab, panel }, other) => {
      tab.setAttribute("aria-selected", other === i);
      tab.tabIndex = other === i ? 0 : -1;
      panel.hidden = other !== i;
    });
    if (!made[i].drawn) VIEWS[i][1](made[i].panel);
    made[i].drawn = true;
    if (focus) made[i].tab.focus();
  }
  show(0);
}

document.addEventListener("DOMContentLoaded", async () => {
  const state = document.getElementById("state");
  try {
    await load();
    document.getElementById("title").textContent = `${data.meta.operation} ${data.summary.RunId ?? ""}`;
    tabs();
    state.remove();
  } catch (error) {
    state.textContent = `This page cannot be read: ${error}. The CSV files beside it have everything.`;
  }
});
