// The records: filter, sort, choose columns, copy, download. One element per column holds the lines in sight, so
// a hundred thousand rows cost no more elements than ten.

"use strict";

const LINE = 20;

class Rows {
  constructor(panel) {
    this.names = columnNames();
    this.hidden = new Set();
    this.sort = { column: -1, down: false };
    this.ranked = [];
    this.panel = panel;
    this.tools(panel);
    this.scroller = element("div", undefined, { class: "scroller rows", tabindex: "0", role: "group",
      "aria-label": "Records. Arrow keys move from row to row; the row is spelt out below." });
    this.heads = element("div", undefined, { class: "heads" });
    this.sheet = element("div", undefined, { class: "sheet" });
    this.space = element("div", undefined, { class: "space" });
    this.scroller.append(this.heads, this.sheet, this.space);
    this.details = element("dl", undefined, { class: "details", "aria-live": "polite" });
    panel.append(this.scroller, this.details);
    this.scroller.onscroll = () => this.draw();
    this.scroller.onclick = (event) => this.pick(event);
    this.scroller.onkeydown = (event) => this.key(event);
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.shown = Uint32Array.from({ length: rowCount() }, (_, i) => i);
    this.columns();
    this.apply();
  }

  tools(panel) {
    const bar = element("div", undefined, { class: "tools" });
    this.filter = element("input", undefined, { type: "search", placeholder: "filter: text in any column",
      "aria-label": "Filter rows by text in any column" });
    this.filter.oninput = () => this.apply();
    this.chooser = element("select", undefined, { "aria-label": "Show or hide a column" });
    this.chooser.onchange = () => this.toggle();
    const copy = element("button", "Copy rows", { type: "button" });
    copy.onclick = () => navigator.clipboard?.writeText(this.csv());
    const save = element("button", "Download CSV", { type: "button" });
    save.onclick = () => download(`${data.meta.operation}-shown.csv`, this.csv());
    this.count = element("span", "", { class: "count", role: "status" });
    bar.append(this.filter, this.chooser, copy, save, this.count);
    panel.append(bar);
    if (data.rowsLeftOut) {
      panel.append(element("p", `This page holds the first ${number(rowCount())} records; the file `
        + `${data.meta.operation}.csv beside it has all.`, { class: "notice" }));
    }
  }

  columns() {
    this.visible = this.names.map((_, i) => i).filter((i) => !this.hidden.has(i));
    this.chooser.replaceChildren(element("option", "columns…", { value: "" }),
      ...this.names.map((name, i) => element("option", `${this.hidden.has(i) ? "show" : "hide"} ${name}`, { value: i })));
    const widths = this.visible.map((i) => this.width(i));
    const heads = this.visible.map((i, at) => {
      const button = element("button", this.names[i], { type: "button", title: this.meaning(i) });
      button.style.width = widths[at];
      button.onclick = () => this.sortBy(i);
      return button;
    });
    this.heads.replaceChildren(...heads);
    this.texts = this.visible.map((_, at) => {
      const text = element("pre", "");
      text.style.width = widths[at];
      return text;
    });
    this.sheet.replaceChildren(...this.texts);
  }

  meaning(i) {
    return i < 3 ? "" : cut(data.meta.columns[i - 3].meaning, 200);
  }

  width(i) {
    let longest = this.names[i].length + 2;
    const step = Math.max(1, Math.floor(rowCount() / 500));
    for (let row = 0; row < rowCount(); row += step) longest = Math.max(longest, rowCell(row, i).length);
    return `${Math.min(longest, 44) + 2}ch`;
  }

  toggle() {
    const i = Number(this.chooser.value);
    if (this.chooser.value === "") return;
    if (!this.hidden.delete(i) && this.visible.length > 1) this.hidden.add(i);
    this.columns();
    this.draw();
  }

  apply() {
    const wanted = this.filter.value.toLowerCase();
    const all = Uint32Array.from({ length: rowCount() }, (_, i) => i);
    const has = (row) => this.names.some((_, i) => rowCell(row, i).toLowerCase().includes(wanted));
    this.shown = wanted ? all.filter(has) : all;
    if (this.sort.column >= 0) this.order();
    this.count.textContent = `${number(this.shown.length)} of ${number(rowCount())} rows`;
    this.space.style.height = `${(this.shown.length + 1) * LINE + 12}px`;
    this.scroller.scrollTop = 0;
    this.draw();
  }

  sortBy(column) {
    this.sort = { column, down: this.sort.column === column && !this.sort.down };
    this.heads.querySelectorAll("button").forEach((button, at) => {
      const own = this.visible[at] === column;
      button.setAttribute("aria-pressed", own);
      button.textContent = this.names[this.visible[at]] + (own ? (this.sort.down ? " ▼" : " ▲") : "");
    });
    this.order();
    this.draw();
  }

  /** Sorts by rank, so that no text is compared again when the direction or the filter changes. */
  order() {
    const { column, down } = this.sort;
    const { ranks, count } = (this.ranked[column] ??= rankedCells(column));
    const rankOf = down ? (row) => count - 1 - ranks[row] : (row) => ranks[row];
    this.shown = sortedByRank(this.shown.sort(), rankOf, count);
  }

  draw() {
    const from = Math.floor(this.scroller.scrollTop / LINE);
    const lines = Math.ceil(this.scroller.clientHeight / LINE) + 1;
    const rows = this.shown.subarray(from, from + lines);
    this.heads.style.transform = `translateY(${this.scroller.scrollTop}px)`;
    this.sheet.style.transform = `translateY(${from * LINE}px)`;
    this.visible.forEach((i, at) => {
      this.texts[at].textContent = Array.from(rows, (row) => cut(rowCell(row, i), 120)).join("\n");
    });
  }

  pick(event) {
    if (event.target.closest("button")) return;
    const y = event.clientY - this.scroller.getBoundingClientRect().top + this.scroller.scrollTop - LINE - 4;
    this.detail(Math.floor(y / LINE));
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (!step || event.target !== this.scroller) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(this.shown.length - 1, (this.at ?? -1) + step));
    const y = at * LINE, sight = this.scroller.clientHeight - 3 * LINE;
    if (y < this.scroller.scrollTop) this.scroller.scrollTop = y;
    if (y > this.scroller.scrollTop + sight) this.scroller.scrollTop = y - sight;
    this.detail(at);
  }

  detail(at) {
    const row = this.shown[at];
    if (row === undefined) return;
    this.at = at;
    const parts = this.names.flatMap((name, i) => {
      const text = element("dd");
      text.append(linked(rowCell(row, i), row));
      return [element("dt", name), text];
    });
    this.details.replaceChildren(...parts);
  }

  csv() {
    const lines = [this.visible.map((i) => this.names[i])];
    for (const row of this.shown) lines.push(this.visible.map((i) => rowCell(row, i)));
    return `${lines.map((cells) => cells.map(quoted).join(",")).join("\n")}\n`;
  }
}

/** The rank of each row's cell among the texts of a column, as numbers where all of them are; equal texts have one rank. */
function rankedCells(column) {
  const places = new Map();
  for (let row = 0; row < rowCount(); row++) places.set(rowCell(row, column), 0);
  const numeric = column > 0 && [...places.keys()].every((text) => text === "" || /^-?\d{1,15}(\.\d+)?$/.test(text));
  const ordered = [...places.keys()].sort(numeric ? (a, b) => (a === "" ? -1 : Number(a)) - (b === "" ? -1 : Number(b)) : undefined);
  ordered.forEach((text, place) => places.set(text, place));
  const ranks = new Uint32Array(rowCount());
  for (let row = 0; row < ranks.length; row++) ranks[row] = places.get(rowCell(row, column));
  return { ranks, count: ordered.length };
}

/** `rows` by their rank, a number below `ranks`: counted, not compared, which takes Firefox a third of the time. */
function sortedByRank(rows, rankOf, ranks) {
  const next = new Uint32Array(ranks + 1);
  const own = rows.map(rankOf);
  for (const rank of own) next[rank + 1]++;
  for (let rank = 1; rank <= ranks; rank++) next[rank] += next[rank - 1];
  const sorted = new Uint32Array(rows.length);
  rows.forEach((row, i) => { sorted[next[own[i]]++] = row; });
  return sorted;
}

/** A cell as CSV that no spreadsheet runs as a formula. */
function quoted(cell) {
  const safe = /^[\s\u0000-\u001f\ufeff]*[=+\-@＝＋－＠]|^[\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function download(name, text) {
  const link = element("a", "", { download: name, href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) });
  link.click();
  URL.revokeObjectURL(link.href);
}
