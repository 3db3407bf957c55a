// A tree as a widget: only the lines in sight are elements. What its nodes are is known by others: a node has `name`,
// `about`, `share` of the whole, `open`, and `children()`, or no `children` where nothing is below it.

"use strict";

class TreeView {
  constructor(panel, { root, label, id }) {
    this.root = root;
    this.id = id;
    this.scroller = element("div", undefined, { class: "scroller", tabindex: "0", role: "tree", id, "aria-label": label });
    this.sheet = element("div", undefined, { role: "presentation" });
    this.space = element("div", undefined, { class: "space" });
    this.scroller.append(this.sheet, this.space);
    panel.append(this.scroller);
    this.cursor = 0;
    this.scroller.onscroll = () => this.draw();
    this.scroller.onclick = (event) => this.click(event);
    this.scroller.onkeydown = (event) => this.key(event);
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.flatten();
  }

  /** The lines of all nodes that are open, each with its parent's line and its place among its siblings. */
  flatten() {
    this.lines = [];
    const walk = (node, level, parent, place, siblings) => {
      const own = this.lines.length;
      this.lines.push({ node, level, parent, place, siblings });
      if (!node.open || !node.children) return;
      const below = node.children();
      below.forEach((child, i) => walk(child, level + 1, own, i + 1, below.length));
    };
    walk(this.root, 1, 0, 1, 1);
    this.space.style.height = `${this.lines.length * LINE + 8}px`;
    this.draw();
  }

  draw() {
    const from = Math.floor(this.scroller.scrollTop / LINE);
    const lines = this.lines.slice(from, from + Math.ceil(this.scroller.clientHeight / LINE) + 1);
    this.sheet.style.transform = `translateY(${from * LINE}px)`;
    this.sheet.replaceChildren(...lines.map((line, i) => this.line(line, from + i)));
    // A line out of sight is no element, and nothing may refer to it.
    const inSight = this.cursor >= from && this.cursor < from + lines.length;
    if (inSight) this.scroller.setAttribute("aria-activedescendant", `${this.id}-${this.cursor}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  line({ node, level, place, siblings }, at) {
    const mark = !node.children ? "·" : node.open ? "▾" : "▸";
    const made = element("div", `${mark} ${cut(node.name, 200)}${node.about ? `  ${cut(node.about, 200)}` : ""}`, {
      role: "treeitem", id: `${this.id}-${at}`, class: at === this.cursor ? "line current" : "line", "data-at": at,
      "aria-level": level, "aria-posinset": place, "aria-setsize": siblings, "aria-selected": at === this.cursor,
    });
    if (node.children) made.setAttribute("aria-expanded", Boolean(node.open));
    made.style.paddingInlineStart = `${(level - 1) * 1.2 + 0.4}em`;
    made.style.setProperty("--share", `${100 * (node.share ?? 0)}%`);
    return made;
  }

  click(event) {
    const line = event.target.closest("[data-at]");
    if (!line) return;
    this.cursor = Number(line.dataset.at);
    this.open(!this.lines[this.cursor].node.open);
  }

  open(isOpen) {
    const { node } = this.lines[this.cursor];
    if (node.children) node.open = isOpen;
    this.flatten();
  }

  /** The line that a key moves to; undefined where it moves nowhere. */
  target(key) {
    const { node, parent } = this.lines[this.cursor];
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / LINE) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[key];
    if (step) return Math.max(0, Math.min(this.lines.length - 1, this.cursor + step));
    const hasBelow = node.children && node.open;
    if (key === "ArrowRight" && hasBelow) return this.cursor + 1;
    return key === "ArrowLeft" && !hasBelow ? parent : undefined;
  }

  key(event) {
    const line = this.target(event.key);
    if (line !== undefined) this.cursor = line;
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.open(event.key === "ArrowRight");
    else if (event.key === "Enter" || event.key === " ") this.open(!this.lines[this.cursor].node.open);
    else return;
    event.preventDefault();
    const y = this.cursor * LINE, sight = this.scroller.clientHeight - 2 * LINE;
    if (y < this.scroller.scrollTop) this.scroller.scrollTop = y;
    if (y > this.scroller.scrollTop + sight) this.scroller.scrollTop = y - sight;
    this.draw();
  }
}
