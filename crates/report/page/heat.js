// The coverage as a heat map: accounts, grouped by unit, by Regions, on one canvas that draws what is in sight.

"use strict";

const HEAT = { row: 20, label: 290, head: 96, cell: 0 };
const COLOURS = { S: "--succeeded", K: "--skipped", F: "--failed", E: "--expected" };

/** Lines of the map: a unit's heading, or an account of it. */
function heatLines(only) {
  const byUnit = new Map();
  data.accounts.forEach((account, index) => {
    if (only && !hasStatus(account, only)) return;
    if (!byUnit.has(account.unit)) byUnit.set(account.unit, []);
    byUnit.get(account.unit).push(index);
  });
  const lines = [];
  for (const unit of [...byUnit.keys()].sort()) {
    if (byUnit.size > 1 || unit) lines.push({ unit: unit || "(no unit known)", count: byUnit.get(unit).length });
    for (const account of byUnit.get(unit)) lines.push({ account });
  }
  return lines;
}

function hasStatus(account, letter) {
  for (let i = account.first; i < account.end; i++) if (data.cells.status[i] === letter) return true;
  return false;
}

function cellAt(account, region) {
  const { first, end } = data.accounts[account];
  for (let i = first; i < end; i++) if (data.cells.region[i] === region) return i;
  return -1;
}

/** What a cell says, in words. */
function cellWords(account, region) {
  const { id, name } = data.accounts[account];
  const where = `${cut(name, 80)} (${id}) ${data.regions[region]}`;
  const cell = cellAt(account, region);
  if (cell < 0) return `${where}: not a target of this run`;
  const { status, kind, message, records } = data.cells;
  if (status[cell] === "S") return `${where}: SUCCEEDED, ${number(records[cell])} records`;
  return `${where}: ${LETTER[status[cell]]} ${kind[cell]}: ${cut(message[cell], 500)}`;
}

/** `text` as far as it fits into `width`. */
function fit(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}

class Heat {
  constructor(panel) {
    this.order = data.regions.map((_, i) => i).sort((a, b) => (data.regions[a] < data.regions[b] ? -1 : 1));
    this.cursor = { line: 0, column: 0 };
    this.scroller = element("div", undefined, { class: "scroller", tabindex: "0", role: "application",
      "aria-label": "Coverage by account and Region. Arrow keys move; the line below says what the cell means." });
    this.canvas = element("canvas", undefined, { "aria-hidden": "true" });
    this.space = element("div", undefined, { class: "space" });
    this.words = element("p", "", { class: "words", "aria-live": "polite" });
    this.filter = element("select", undefined, { "aria-label": "Which accounts" });
    for (const [value, text] of [["", "all accounts"], ["F", "accounts with a failure"],
      ["E", "accounts with an expected failure"], ["K", "accounts with a skip"]]) {
      this.filter.append(element("option", text, { value }));
    }
    this.filter.onchange = () => this.reset();
    this.scroller.append(this.canvas, this.space);
    const legend = element("span", "S succeeded   K skipped   F failed   E failed, as expected   blank: no target", { class: "count" });
    panel.append(this.filter, legend, this.scroller, this.words);
    this.scroller.onscroll = () => this.draw();
    this.scroller.onmousemove = (event) => this.point(event);
    this.scroller.onkeydown = (event) => this.key(event);
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.reset();
  }

  reset() {
    this.lines = heatLines(this.filter.value);
    this.cursor = { line: 0, column: 0 };
    this.space.style.height = `${HEAT.head + this.lines.length * HEAT.row}px`;
    this.scroller.scrollTop = 0;
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height, scrollTop } = this.scroller;
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px`, transform: `translateY(${scrollTop}px)` });
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    this.ink = (name) => style.getPropertyValue(name).trim();
    HEAT.cell = Math.max(9, Math.min(26, (width - HEAT.label) / Math.max(1, this.order.length)));
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    const from = Math.floor(scrollTop / HEAT.row);
    const to = Math.min(this.lines.length, from + Math.ceil((height - HEAT.head) / HEAT.row) + 1);
    for (let line = from; line < to; line++) this.drawLine(pen, line, HEAT.head + line * HEAT.row - scrollTop, width);
    this.drawHead(pen, width);
  }

  drawHead(pen, width) {
    pen.fillStyle = this.ink("--paper");
    pen.fillRect(0, 0, width, HEAT.head);
    pen.fillStyle = this.ink("--ink");
    this.order.forEach((region, column) => {
      pen.save();
      pen.translate(HEAT.label + column * HEAT.cell + HEAT.cell / 2, HEAT.head - 6);
      pen.rotate(-Math.PI / 2.6);
      pen.fillText(data.regions[region], 0, 0);
      pen.restore();
    });
  }

  drawLine(pen, line, y, width) {
    const { unit, count, account } = this.lines[line];
    pen.fillStyle = this.ink("--ink");
    if (unit !== undefined) {
      pen.fillStyle = this.ink("--quiet");
      pen.fillText(`${cut(unit, 80)}  (${number(count)})`, 4, y + HEAT.row / 2, width - 8);
      return;
    }
    const { id, name } = data.accounts[account];
    pen.fillText(fit(pen, `${id}  ${cut(name, 60)}`, HEAT.label - 24), 14, y + HEAT.row / 2);
    this.order.forEach((region, column) => {
      const cell = cellAt(account, region);
      const x = HEAT.label + column * HEAT.cell;
      if (cell < 0) return;
      const letter = data.cells.status[cell];
      pen.fillStyle = this.ink(COLOURS[letter]);
      pen.fillRect(x + 0.5, y + 1, HEAT.cell - 1.5, HEAT.row - 2);
      pen.fillStyle = this.ink("--on-status");
      pen.fillText(letter, x + HEAT.cell / 2 - 4, y + HEAT.row / 2);
    });
    if (line === this.cursor.line) this.drawCursor(pen, y);
  }

  drawCursor(pen, y) {
    pen.strokeStyle = this.ink("--ink");
    pen.lineWidth = 2;
    pen.strokeRect(HEAT.label + this.cursor.column * HEAT.cell, y + 1, HEAT.cell - 1, HEAT.row - 2);
  }

  point(event) {
    const box = this.scroller.getBoundingClientRect();
    const line = Math.floor((event.clientY - box.top - HEAT.head + this.scroller.scrollTop) / HEAT.row);
    const column = Math.floor((event.clientX - box.left - HEAT.label) / HEAT.cell);
    if (event.clientY - box.top < HEAT.head || column < 0 || column >= this.order.length) return;
    if (line < this.lines.length) this.say({ line, column });
  }

  key(event) {
    const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
      PageDown: [20, 0], PageUp: [-20, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const within = (n, end) => Math.max(0, Math.min(end - 1, n));
    const line = within(this.cursor.line + step[0], this.lines.length);
    const column = within(this.cursor.column + step[1], this.order.length);
    const y = line * HEAT.row, sight = this.scroller.clientHeight - HEAT.head - HEAT.row;
    if (y < this.scroller.scrollTop) this.scroller.scrollTop = y;
    if (y > this.scroller.scrollTop + sight) this.scroller.scrollTop = y - sight;
    this.say({ line, column });
  }

  say(cursor) {
    this.cursor = cursor;
    const at = this.lines[cursor.line];
    if (!at) return;
    this.words.textContent = at.account === undefined
      ? `${cut(at.unit, 200)}: ${number(at.count)} accounts` : cellWords(at.account, this.order[cursor.column]);
    this.draw();
  }
}
