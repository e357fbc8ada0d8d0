import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDurable } from '#server/store/index.ts';
import { createAuditLog } from './audit.ts';
import { type AuditLog, openState, openStateReadOnly, type State, verifyAudit } from './index.ts';

let folder: string;
let file: string;
let state: State;
let log: AuditLog;
let now = Date.UTC(2026, 0, 1);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-audit-'));
  file = join(folder, 'state.sqlite');
  state = openState(file);
  log = createAuditLog(
    state,
    () => now++,
    (error) => {
      throw error;
    },
  );
  for (const action of ['login', 'upload', 'logout'])
    log.append({ who: 'ann', from: '127.0.0.1', action, outcome: 'done', detail: { n: 1 } });
});
afterEach(() => {
  state.close();
  rmSync(folder, { recursive: true });
});

/** Changes the file as someone with access to it could. */
function tamper(...statements: readonly string[]): void {
  const db = new DatabaseSync(file);
  for (const statement of statements) db.exec(statement);
  db.close();
}

const DROP_GUARDS = [
  'DROP TRIGGER audit_no_update',
  'DROP TRIGGER audit_no_delete',
  'DROP TRIGGER audit_continues',
] as const;
function restoreGuards(): string[] {
  return state
    .all("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    .map((row) => String(row['sql']));
}

test('an untouched log verifies, also read-only from another process', () => {
  const other = openStateReadOnly(file);
  expect(verifyAudit(other)).toEqual({
    ok: true,
    entries: 3,
    head: log.list({ limit: 1 })[0]?.hash,
  });
  other.close();
});

test('lists newest first, by page, person and action', () => {
  expect(log.list({ limit: 2 }).map((e) => e.action)).toEqual(['logout', 'upload']);
  expect(log.list({ limit: 2, before: 2 }).map((e) => e.action)).toEqual(['login']);
  expect(log.list({ limit: 9, action: 'upload' }).map((e) => e.seq)).toEqual([2]);
  expect(log.list({ limit: 9, who: 'bob' })).toEqual([]);
});

test('lists an interval of time', () => {
  const [last, middle, first] = log.list({ limit: 3 });
  const interval = { from: middle!.at, to: last!.at };
  expect(log.list({ limit: 9, ...interval }).map((e) => e.seq)).toEqual([2]);
  const elsewhere = new Date(Date.parse(middle!.at) + 7_200_000).toISOString();
  expect(log.list({ limit: 9, from: elsewhere.replace('Z', '+02:00') })).toHaveLength(2);
  expect(log.list({ limit: 9, to: first!.at })).toEqual([]);
});

test('verifies between other work, and does not mind what comes meanwhile', async () => {
  for (let i = 0; i < 2500; i++)
    log.appendSoon({ who: 'ann', from: '', action: 'query', outcome: 'done', detail: { i } });
  const verdict = log.verify();
  log.append({ who: 'bo', from: '', action: 'login', outcome: 'done', detail: {} });
  expect(await verdict).toMatchObject({ ok: true, entries: 2503 });
  const guards = restoreGuards();
  tamper(...DROP_GUARDS, "UPDATE audit SET who = 'eve' WHERE seq = 2000", ...guards);
  expect(await log.verify()).toMatchObject({ ok: false, seq: 2000 });
});

test('entries that can wait are written together and shown', () => {
  for (let i = 0; i < 2500; i++)
    log.appendSoon({ who: 'ann', from: '::1', action: 'query', outcome: 'done', detail: { i } });
  expect(log.list({ limit: 1 })[0]).toMatchObject({ seq: 2503, detail: { i: 2499 } });
  expect(verifyAudit(state)).toMatchObject({ ok: true, entries: 2503 });
});

test('long texts are cut', () => {
  log.append({
    who: 'ann',
    from: '',
    action: 'query',
    outcome: 'done',
    detail: { query: 'x'.repeat(20_000) },
  });
  const [entry] = log.list({ limit: 1 });
  expect(entry?.detail['query']).toHaveLength(8192 + '… (20000 characters)'.length);
});

test('odd text does not break the chain', () => {
  const odd = 'half \ud800 nul \0 end';
  log.append({ who: odd, from: odd, action: odd, outcome: 'done', detail: { odd, [odd]: 1 } });
  expect(verifyAudit(state)).toMatchObject({ ok: true, entries: 4 });
  expect(log.list({ limit: 1 })[0]).toMatchObject({
    who: 'half \ufffd nul \ufffd end',
    detail: { odd },
  });
});

test.each([
  ["UPDATE audit SET who = 'bob' WHERE seq = 2", 'append-only'],
  ['DELETE FROM audit WHERE seq = 3', 'append-only'],
  [
    "INSERT OR REPLACE INTO audit SELECT seq, at, 'bob', address, action, outcome, detail, previous, hash FROM audit WHERE seq = 3",
    'must follow',
  ],
  [
    "INSERT INTO audit SELECT 4, at, 'bob', address, action, outcome, detail, 'made up', hash FROM audit WHERE seq = 3",
    'must follow',
  ],
])('SQLite refuses: %s', (sql, reason) => {
  expect(() => tamper(sql)).toThrow(reason);
  expect(verifyAudit(state)).toMatchObject({ ok: true, entries: 3 });
});

test.each([
  ["UPDATE audit SET who = 'bob' WHERE seq = 2", 2, 'entry 2 of the audit log was changed'],
  ["UPDATE audit SET detail = '{}' WHERE seq = 1", 1, 'entry 1 of the audit log was changed'],
  [
    "UPDATE audit SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 3",
    3,
    'entry 3 of the audit log was changed',
  ],
  ['DELETE FROM audit WHERE seq = 2', 2, 'entry 2 of the audit log is missing'],
  ['DELETE FROM audit WHERE seq = 1', 1, 'entry 1 of the audit log is missing'],
  ['DELETE FROM audit WHERE seq = 3', 3, 'cut off'],
])('with its guards taken off and put back, shows: %s', (sql, seq, problem) => {
  const guards = restoreGuards();
  tamper(...DROP_GUARDS, sql, ...guards);
  expect(verifyAudit(state)).toEqual({ ok: false, seq, problem: expect.stringContaining(problem) });
});

test('a missing or weakened guard shows', () => {
  tamper(
    DROP_GUARDS[0],
    'CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT 1; END',
  );
  expect(verifyAudit(state)).toMatchObject({
    ok: false,
    problem: expect.stringContaining('audit_no_update'),
  });
  tamper(DROP_GUARDS[0]);
  expect(verifyAudit(state)).toMatchObject({
    ok: false,
    problem: expect.stringContaining('audit_no_update'),
  });
});

test('a database that no server has used has an empty log; one whose log was dropped has not', () => {
  const bare = openDurable(join(folder, 'bare.db'));
  expect(verifyAudit(bare)).toEqual({ ok: true, entries: 0, head: '' });
  bare.close();
  tamper('DROP TABLE audit');
  expect(verifyAudit(state)).toMatchObject({ ok: false });
});

test('two processes append to one chain', () => {
  const second = openState(file);
  const other = createAuditLog(
    second,
    () => now++,
    () => {},
  );
  for (let i = 0; i < 20; i++)
    (i % 2 ? log : other).append({
      who: '',
      from: '',
      action: `a${i}`,
      outcome: 'done',
      detail: {},
    });
  second.close();
  expect(verifyAudit(state)).toMatchObject({ ok: true, entries: 23 });
});

test('the file is closed to strangers', () => {
  expect(statSync(file).mode & 0o007).toBe(0);
});

test('a file of a newer Weir is refused', () => {
  tamper("INSERT INTO migration VALUES ('auth', 99)");
  expect(() => openState(file)).toThrow(/newer Weir/);
});
