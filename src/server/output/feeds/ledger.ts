/*
 * What a receiver has of the rows of one stretch of time. Each row that was sent has a place, which names it for good: when
 * the stretch is asked for again, rows that are as they were keep theirs, rows that changed are sent under the place of a
 * row that is no more, of the same texts where there is one, and places that are left over are withdrawn. So of all that a
 * receiver got, the last of each place, without those withdrawn, are the rows there are now.
 *
 * A ledger is bytes, an entry of 12 for each place: a hash of the row (8, little-endian; 0 where nobody knows what the
 * receiver has, 1 for withdrawn) and a hash of its texts (4).
 */

const ENTRY = 12;
const UNKNOWN = 0n;
const WITHDRAWN = 1n;
/** Hashes of rows begin here. */
export const FIRST_HASH = 2n;

/** A row in hashes. */
export interface HashedRow {
  /** Of all that is to be told when it changes; from FIRST_HASH, in 64 bits. */
  readonly content: bigint;
  /** Of what it is about: its texts and instants, not its numbers; in 32 bits. */
  readonly subject: number;
}

/** What to tell of one place: the row there now, by its number; undefined when it is withdrawn. */
export interface Correction {
  readonly place: number;
  readonly row: number | undefined;
}

export interface Comparison {
  readonly corrections: readonly Correction[];
  /** The ledger while the corrections are under way, and once they have arrived. */
  readonly during: Uint8Array;
  readonly after: Uint8Array;
}

/** Compares a ledger with the rows there are now. */
export function compareRows(ledger: Uint8Array, rows: readonly HashedRow[]): Comparison {
  const old = readLedger(ledger);
  const kept = new Array<HashedRow | undefined>(old.length);
  const open = keepWhatIs(old, rows, kept);
  const corrections = place(old, rows, open, kept);
  const places = Math.max(old.length, ...corrections.map((one) => one.place + 1));
  const during = new Uint8Array(places * ENTRY);
  const after = new Uint8Array(places * ENTRY);
  for (let at = 0; at < places; at++) {
    const row = kept[at];
    const entry = row ?? { content: WITHDRAWN, subject: 0 };
    const isUntouched = row !== undefined || old[at]?.content === WITHDRAWN;
    if (isUntouched) writeEntry(during, at, entry);
    writeEntry(after, at, entry);
  }
  for (const { place: at, row } of corrections) {
    const now = row === undefined ? undefined : rows[row];
    writeEntry(during, at, { content: UNKNOWN, subject: 0 });
    writeEntry(after, at, now ?? { content: WITHDRAWN, subject: 0 });
  }
  return { corrections, during, after };
}

/** Marks the places whose rows are as they were; returns the numbers of the rows that have none. */
function keepWhatIs(
  old: readonly HashedRow[],
  rows: readonly HashedRow[],
  kept: (HashedRow | undefined)[],
): readonly number[] {
  const places = new Map<bigint, number[]>();
  for (const [at, { content }] of old.entries())
    if (content >= FIRST_HASH) push(places, content, at);
  return [...rows.keys()].filter((number) => {
    const row = rows[number];
    const at = row && places.get(row.content)?.pop();
    if (at !== undefined) kept[at] = row;
    return at === undefined;
  });
}

/** Gives each open row a place: of its subject, else of any row that is no more, else a new one. */
function place(
  old: readonly HashedRow[],
  rows: readonly HashedRow[],
  open: readonly number[],
  kept: readonly (HashedRow | undefined)[],
): readonly Correction[] {
  const isFree = (at: number) => kept[at] === undefined;
  const bySubject = new Map<number, number[]>();
  for (const [at, { content, subject }] of old.entries())
    if (isFree(at) && content >= FIRST_HASH) push(bySubject, subject, at);
  const taken = new Set<number>();
  const corrections: Correction[] = [];
  const rest = open.filter((number) => {
    const at = bySubject.get(rows[number]?.subject ?? 0)?.pop();
    if (at === undefined) return true;
    taken.add(at);
    corrections.push({ place: at, row: number });
    return false;
  });
  const isLive = (at: number) => old[at]?.content !== WITHDRAWN;
  const free = [...old.keys()].filter((at) => isFree(at) && !taken.has(at));
  // What is withdrawn comes last: of the others each has to be told of anyway.
  const order = [...free.filter(isLive), ...free.filter((at) => !isLive(at))];
  for (const [i, number] of rest.entries())
    corrections.push({ place: order[i] ?? old.length + i - order.length, row: number });
  for (const at of order.slice(rest.length).filter(isLive))
    corrections.push({ place: at, row: undefined });
  return corrections;
}

function push<K>(lists: Map<K, number[]>, key: K, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function readLedger(bytes: Uint8Array): readonly HashedRow[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / ENTRY) }, (_, at) => ({
    content: view.getBigUint64(at * ENTRY, true),
    subject: view.getUint32(at * ENTRY + 8, true),
  }));
}

function writeEntry(bytes: Uint8Array, at: number, { content, subject }: HashedRow): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(at * ENTRY, content, true);
  view.setUint32(at * ENTRY + 8, subject, true);
}
