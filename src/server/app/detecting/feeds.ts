import { basename } from 'node:path';
import type { FeedSettings } from '#server/intel/index.ts';
import { type Config, readSecret } from '../config/index.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The feeds of the configuration; each of its `indicators` is a feed of a file. `env` is where secrets may be. */
export function feedsOf(
  { intel, indicators }: Config,
  env: Readonly<Record<string, string | undefined>>,
): FeedSettings[] {
  const feeds = intel.feeds.map((feed): FeedSettings => {
    const { url, path, kind, auth, authAs, every, wholeList } = feed;
    const isOneDocument = path !== undefined || kind === 'url';
    return {
      name: feed.name,
      kind: path === undefined ? kind : 'file',
      location: url ?? path ?? '',
      format: feed.format,
      everyMs: every ?? (path === undefined ? HOUR_MS : MINUTE_MS),
      trust: feed.trust,
      confidence: feed.confidence,
      role: feed.role,
      isWholeList: wholeList ?? isOneDocument,
      allowsPrivate: feed.allowPrivate,
      ...(auth === undefined
        ? {}
        : {
            auth: {
              as: authAs ?? (kind === 'taxii' ? 'basic' : ''),
              read: () => readSecret(auth, env),
            },
          }),
    };
  });
  const names = new Set(feeds.map(({ name }) => name));
  for (const path of indicators) {
    const base = basename(path);
    let name = base;
    for (let n = 2; names.has(name); n++) name = `${base} ${n}`;
    names.add(name);
    feeds.push({
      name,
      kind: 'file',
      location: path,
      everyMs: MINUTE_MS,
      trust: 1,
      confidence: 80,
      isWholeList: true,
      allowsPrivate: false,
    });
  }
  return feeds;
}
