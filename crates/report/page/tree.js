// The topology: organization, unit, account, Region and the operation's own levels, as a tree of which only the lines
// in sight are elements.

"use strict";

class Tree {
  constructor(panel) {
    // Without known units, a level of them would be one line that says so.
    const units = data.accounts.some(({ unit }) => unit) ? ["unit"] : [];
    this.levels = [...units, "account", "region", ...data.meta.levels];
    this.places = this.levels.map((name) => columnNames().indexOf(name));
    this.root = { name: "organization", rows: Uint32Array.from({ length: rowCount() }, (_, i) => i), depth: 0, open: true };
    this.scroller = element("div", undefined, { class: "scroller", tabindex: "0", role: "tree",
      "aria-label": "Records by unit, account, Region and resource. Arrow keys move, open and close." });
    this.sheet = element("div", undefined, { role: "presentation" });
    this.space = element("div", undefined, { class: "space" });
    this.scroller.append(this.sheet, this.space);
    panel.append(element("p", `organization › ${this.levels.join(" › ")}; the bar is the share of the ${number(rowCount())} records.`,
      { class: "notice" }), this.scroller);
    this.cursor = 0;
    this.scroller.onscroll = () => this.draw();
    this.scroller.onclick = (event) => this.click(event);
    this.scroller.onkeydown = (event) => this.key(event);
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.flatten();
  }

  nameAt(row, depth) {
    const account = data.accounts[data.rows.account[row]];
    const level = this.levels[depth];
    if (level === "unit") return account.unit || "(no unit known)";
    if (level === "account") return `${account.id}  ${cut(account.name, 80)}`;
    return rowCell(row, this.places[depth]) || "(empty)";
  }

  children(node) {
    if (node.children || node.depth >= this.levels.length) return node.children ?? [];
    const groups = new Map();
    for (const row of node.rows) {
      const name = this.nameAt(row, node.depth);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(row);
    }
    node.children = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, rows]) => ({ name, rows, depth: node.depth + 1, open: false }));
    return node.children;
  }

  flatten() {
    this.lines = [];
    const walk = (node) => {
      this.lines.push(node);
      if (node.open) this.children(node).forEach(walk);
    };
    walk(this.root);
    this.space.style.height = `${this.lines.length * LINE + 8}px`;
    this.draw();
  }

  draw() {
    const from = Math.floor(this.scroller.scrollTop / LINE);
    const lines = this.lines.slice(from, from + Math.ceil(this.scroller.clientHeight / LINE) + 1);
    this.sheet.style.transform = `translateY(${from * LINE}px)`;
    this.sheet.replaceChildren(...lines.map((node, i) => this.line(node, from + i)));
  }

  line(node, at) {
    const leaf = node.depth >= this.levels.length;
    const mark = leaf ? "·" : node.open ? "▾" : "▸";
    const made = element("div", `${mark} ${cut(node.name, 200)}  (${number(node.rows.length)})`, { role: "treeitem",
      class: at === this.cursor ? "line current" : "line", "aria-level": node.depth + 1, "data-at": at });
    if (!leaf) made.setAttribute("aria-expanded", node.open);
    made.style.paddingInlineStart = `${node.depth * 1.2 + 0.4}em`;
    made.style.setProperty("--share", `${(100 * node.rows.length) / Math.max(1, rowCount())}%`);
    return made;
  }

  click(event) {
    const line = event.target.closest("[data-at]");
    if (!line) return;
    this.cursor = Number(line.dataset.at);
    this.toggle(this.lines[this.cursor]);
  }

  toggle(node, open = !node.open) {
    if (node.depth < this.levels.length) node.open = open;
    this.flatten();
  }

  key(event) {
    const node = this.lines[this.cursor];
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) this.cursor = Math.max(0, Math.min(this.lines.length - 1, this.cursor + move));
    else if (event.key === "ArrowRight") this.toggle(node, true);
    else if (event.key === "ArrowLeft") this.toggle(node, false);
    else if (event.key === "Enter" || event.key === " ") this.toggle(node);
    else return;
    event.preventDefault();
    const y = this.cursor * LINE, sight = this.scroller.clientHeight - 2 * LINE;
    if (y < this.scroller.scrollTop) this.scroller.scrollTop = y;
    if (y > this.scroller.scrollTop + sight) this.scroller.scrollTop = y - sight;
    this.draw();
  }
}
