// Reads the data blocks of the page: each one is JSON, deflated, in base64.

"use strict";

/** Everything that the page shows, column by column. */
const data = {
  meta: {}, summary: {},
  accounts: [],           // {id, name, unit, cells: Map region -> cell index}
  regions: [],            // names, sorted
  cells: { account: [], region: [], status: [], kind: [], message: [], records: [] },
  rows: { account: [], region: [], columns: [] },
  changes: [],            // [kind, account index, region, cells…]
};

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** E is a target that FAILED, as an exception of the run expects. */
const LETTER = { S: "SUCCEEDED", K: "SKIPPED", F: "FAILED", E: "FAILED (expected)" };

function takeCoverage(block, regionIndex) {
  const places = block.regions.map((name) => regionIndex(name));
  for (const [id, name, unit, letters, reasons, records] of block.accounts) {
    const account = data.accounts.length;
    const first = data.cells.status.length;
    let reason = 0, count = 0;
    for (let i = 0; i < letters.length; i++) {
      if (letters[i] === ".") continue;
      const [kind, message] = letters[i] === "S" ? ["", ""] : block.reasons[reasons[reason++]];
      data.cells.account.push(account);
      data.cells.region.push(places[i]);
      data.cells.status.push(letters[i]);
      data.cells.kind.push(kind);
      data.cells.message.push(message);
      data.cells.records.push(letters[i] === "S" ? records[count++] : 0);
    }
    data.accounts.push({ id, name, unit, first, end: data.cells.status.length });
  }
}

function takeRows(block, regionIndex) {
  const places = block.regions.map((name) => regionIndex(name));
  for (const account of block.account) data.rows.account.push(account);
  for (const region of block.region) data.rows.region.push(places[region]);
  block.columns.forEach((cells, i) => {
    const column = (data.rows.columns[i] ??= []);
    for (const cell of cells) column.push(cell);
  });
}

async function load() {
  const known = new Map();
  const regionIndex = (name) => {
    if (!known.has(name)) known.set(name, known.size), data.regions.push(name);
    return known.get(name);
  };
  const blocks = document.querySelectorAll('script[type="application/octet-stream"]');
  for (const block of await Promise.all([...blocks].map((b) => inflate(b.textContent)))) {
    if (block.kind === "meta") data.meta = block;
    else if (block.kind === "coverage") takeCoverage(block, regionIndex);
    else if (block.kind === "rows") takeRows(block, regionIndex);
    else if (block.kind === "changes") data.changes.push(...block.changes);
    else if (block.kind === "summary") Object.assign(data, { summary: block.summary, rowsLeftOut: block.rows_left_out });
  }
  for (const block of blocks) block.remove();
}

/** The names of all columns of a row. */
const columnNames = () => ["account_id", "account_name", "region", ...data.meta.columns.map((c) => c.name)];

/** The cell of row `row` in column `column` of `columnNames`. */
function rowCell(row, column) {
  if (column === 0) return data.accounts[data.rows.account[row]].id;
  if (column === 1) return data.accounts[data.rows.account[row]].name;
  if (column === 2) return data.regions[data.rows.region[row]];
  return data.rows.columns[column - 3][row];
}

const rowCount = () => data.rows.account.length;

/** A new element with text; the page never makes an element out of markup. */
function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const number = (n) => Number(n ?? 0).toLocaleString("en-US");

const counted = (n, noun) => `${number(n)} ${noun}${n === 1 ? "" : "s"}`;

/** What would break a line or turn the reading direction is shown, not obeyed. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** `text` cut to `most` characters: a megabyte of somebody's text must not become the page. */
const cut = (text, most = 300) => (text.length > most ? `${text.slice(0, most)}…` : text).replace(UNSEEN, "\ufffd");
