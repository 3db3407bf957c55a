// The topology: organization, units within units, account, Region and the operation's own levels, with the records of
// each. Nodes are made when they are opened.

"use strict";

const NO_UNIT = "(no unit known)";

/** Keeps what `make` returns the first time. */
function once(make) {
  let made;
  return () => (made ??= make());
}

/** `items` in groups by what `name` says of each, sorted by name. */
function grouped(items, name) {
  const groups = new Map();
  for (const item of items) {
    const key = name(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

class Topology {
  constructor(panel) {
    this.rowsOf = data.accounts.map(() => []);
    data.rows.account.forEach((account, row) => this.rowsOf[account].push(row));
    this.levels = ["region", ...data.meta.levels];
    this.places = this.levels.map((name) => columnNames().indexOf(name));
    const hasUnits = data.accounts.some(({ unit }) => unit);
    // Without known units, a level of them would be one line that says so.
    this.units = data.accounts.map(({ unit }) => (unit || !hasUnits ? unit : NO_UNIT).split("/").filter(Boolean));
    const shown = ["organization", ...(hasUnits ? ["units"] : []), "account", ...this.levels].join(" › ");
    panel.append(element("p", `${shown}; the bar is the share of the ${number(rowCount())} records.`, { class: "notice" }));
    const trees = element("div", undefined, { class: "trees" });
    panel.append(trees);
    const root = this.unit("organization", data.accounts.map((_, i) => i), 0);
    this.openAlone(root);
    new TreeView(trees, { root, id: "topology", label: "Records by unit, account, Region and resource. Arrow keys move, open and close." });
    data.meta.lists.forEach((list, i) => new TreeView(trees, { root: listed(list), id: `list${i}`, label: `${list.title}. Arrow keys move, open and close.` }));
  }

  /** Opens `node`, and what stands alone in it. */
  openAlone(node) {
    node.open = true;
    const below = node.children?.() ?? [];
    if (below.length === 1 && below[0].isUnit) this.openAlone(below[0]);
  }

  /** A unit of which the path has `depth` names, with its accounts, also those of the units below it. */
  unit(name, accounts, depth) {
    const records = accounts.reduce((sum, account) => sum + this.rowsOf[account].length, 0);
    const about = `(${counted(records, "record")} in ${counted(accounts.length, "account")})`;
    const below = once(() => {
      const [inside, own] = [[], []];
      for (const account of accounts) (this.units[account].length > depth ? inside : own).push(account);
      const units = grouped(inside, (account) => this.units[account][depth]);
      return [...units.map(([unit, of]) => this.unit(unit, of, depth + 1)), ...own.map((account) => this.account(account))];
    });
    return { name, about, share: this.share(records), children: accounts.length ? below : undefined, isUnit: true };
  }

  account(account) {
    const { id, name } = data.accounts[account];
    return this.records(`${id}  ${cut(name, 80)}`, this.rowsOf[account], 0);
  }

  /** Records that have `depth` levels in common. */
  records(name, rows, depth) {
    const below = once(() => grouped(rows, (row) => rowCell(row, this.places[depth]) || "(empty)")
      .map(([group, of]) => this.records(group, of, depth + 1)));
    const children = rows.length && depth < this.levels.length ? below : undefined;
    return { name, about: `(${number(rows.length)})`, share: this.share(rows.length), children };
  }

  share(records) {
    return records / Math.max(1, rowCount());
  }
}
