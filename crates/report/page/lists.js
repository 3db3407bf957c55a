// The lists that an operation's file declares, beside the tree of its records: each peering once with its two ends, each
// transit gateway with its attachments. Several records may tell of one thing; which columns do is said by the file.

"use strict";

/** The items of a list, each with the cells beside it and the lines below it. */
function listItems({ of, about, lines }) {
  const names = columnNames();
  const place = (name) => names.indexOf(name);
  const [item, beside, below] = [place(of), about.map(place), lines.map((columns) => columns.map(place))];
  const items = new Map();
  for (let row = 0; row < rowCount(); row++) {
    const name = rowCell(row, item);
    if (!name) continue;
    if (!items.has(name)) items.set(name, { beside: beside.map((column) => rowCell(row, column)), lines: new Map() });
    below.forEach((columns, line) => takeLine(items.get(name).lines, line, columns.map((column) => rowCell(row, column))));
  }
  return [...items].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Of the lines that begin alike, the one that tells most stays: one side of a connection may not see all of it. */
function takeLine(lines, line, cells) {
  const key = `${line} ${cells[0]}`;
  const told = (of) => of.filter(Boolean).length;
  if (told(cells) > told(lines.get(key) ?? [])) lines.set(key, cells);
}

/** Cells as a line; an account of the run has its name beside its id. */
function spelt(cells, accountNames) {
  const named = (cell) => (accountNames.has(cell) ? `${cell} ${cut(accountNames.get(cell), 40)}` : cell);
  return cells.filter(Boolean).map(named).join("  ");
}

/** A list as a tree: its items, open, and their lines. */
function listed(list) {
  const accountNames = new Map(data.accounts.map(({ id, name }) => [id, name]));
  const leaf = ([, cells]) => ({ name: spelt(cells, accountNames) });
  const items = listItems(list).map(([name, { beside, lines }]) => {
    const below = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(leaf);
    return { name, about: `${spelt(beside, accountNames)}  (${number(below.length)})`, open: true, children: below.length ? () => below : undefined };
  });
  return { name: list.title, about: `(${number(items.length)})`, open: true, children: items.length ? () => items : undefined };
}
