import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreVersion } from './errors.ts';
import { tempFolder } from './fixture.ts';
import { Database, isBusy, migrate, openDurable } from './sqlite.ts';

const path = () => join(tempFolder(), 'x.db');

describe('migrate', () => {
  it('runs each step of each room once', () => {
    const db = openDurable(path());
    const ran: string[] = [];
    const steps = ['CREATE TABLE users (name TEXT)', () => void ran.push('users 2')];
    migrate(db, 'users', steps.slice(0, 1));
    migrate(db, 'users', steps);
    migrate(db, 'users', steps);
    migrate(db, 'rules', [() => void ran.push('rules 1')]);
    expect(ran).toEqual(['users 2', 'rules 1']);
    db.close();
  });

  it('leaves nothing of steps that fail', () => {
    const db = openDurable(path());
    const bad = ['CREATE TABLE a (x)', 'CREATE TABLE b (x)', 'no such statement'];
    expect(() => migrate(db, 'r', bad)).toThrow('syntax error');
    migrate(db, 'r', bad.slice(0, 2));
    expect(db.all('SELECT * FROM b')).toEqual([]);
    db.close();
  });

  it('refuses a newer database, and an older one that it may not change', () => {
    const file = path();
    const db = openDurable(file);
    migrate(db, 'r', ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']);
    expect(() => migrate(db, 'r', ['CREATE TABLE a (x)'])).toThrow(StoreVersion);
    const reader = new Database(file, { isReadOnly: true });
    expect(() => migrate(reader, 'r', ['', '', ''])).toThrow('older Weir');
    reader.close();
    db.close();
  });
});

describe('Database', () => {
  it('rolls back what throws, and joins a transaction inside another', () => {
    const db = openDurable(path());
    db.exec('CREATE TABLE t (n INTEGER)');
    const add = (n: number) => db.transaction(() => db.run('INSERT INTO t VALUES (?)', n));
    expect(() =>
      db.transaction(() => {
        add(1);
        throw new Error('no');
      }),
    ).toThrow('no');
    db.transaction(() => [add(2), add(3)]);
    expect(db.all('SELECT n FROM t')).toMatchObject([{ n: 2 }, { n: 3 }]);
    db.close();
  });

  it('waits for another writer only so long', () => {
    const file = path();
    const db = openDurable(file);
    const other = openDurable(file, { busyTimeoutMs: 20 });
    db.exec('BEGIN IMMEDIATE');
    let refused: unknown;
    try {
      other.transaction(() => undefined);
    } catch (error) {
      refused = error;
    }
    expect(isBusy(refused)).toBe(true);
    db.exec('ROLLBACK');
    other.transaction(() => undefined);
    other.close();
    db.close();
  });

  it('is opened for durable writing', () => {
    const db = openDurable(path());
    expect(db.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' });
    expect(db.get('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
    expect(db.get('PRAGMA foreign_keys')).toMatchObject({ foreign_keys: 1 });
    db.close();
  });
});
