import {
  type AzureAddress,
  type AzureLogin,
  type BlobContainer,
  type BlobItem,
  openContainer,
  parseAzureAddress,
} from '#server/azure/index.ts';
import type { Environment } from './azure-agent.ts';
import { currentHours, parseHourPath, recentDays, rootOfYear } from './azure-layout.ts';
import { createBlobObject } from './azure-object.ts';
import { type Found, followByPolling } from './follow.ts';
import { HealthLog } from './health.ts';
import { mapSome } from './map-some.ts';
import { type Source, SourceError } from './source.ts';

export interface AzureSourceOptions {
  /** `az://ACCOUNT/CONTAINER[/PREFIX]`, a URL, or a name when the login is a connection string. */
  readonly container: string;
  readonly prefix?: string;
  readonly login: AzureLogin;
  /** Default: `az://ACCOUNT/CONTAINER`, or `az:CONTAINER`. */
  readonly name?: string;
  /** Milliseconds between the beginnings of two passes; at most 15,000, which is the default. */
  readonly pollMs?: number;
  /** Names asked for at once; at most 5,000, which is the default. */
  readonly pageNames?: number;
  /** Where a proxy may be named; none is unless given. */
  readonly environment?: Environment;
  /** µs; for tests. */
  readonly clock?: () => number;
}

const MAX_POLL_MS = 15_000;
const HOUR_MS = 3_600_000;
/** Azure writes each minute; ten to fifteen minutes without a block mean that something is wrong. */
const LATE_MS = 15 * 60_000;
/** Every how many passes the last 24 hours are looked through for late blocks, and new flow logs for. */
const WIDE_PASS = 10;
/** A listing of everything is repeated no sooner than this, and than so much for each page of 5,000 names. */
const FULL_PASS_MS = 10 * 60_000;
const PAGE_MS = 1500;
const MOST_FOLDERS = 200;

/**
 * A container of blobs. Once everything is known, only the hours that still grow are listed at each pass, the last 24
 * hours at each tenth, and everything every ten minutes or, for very many blobs, less often. Blobs that are not laid out
 * by hours have nothing to go by: then everything is listed each time, as often as its size allows.
 * Throws SourceError when the address cannot be.
 */
export function createAzureSource(options: AzureSourceOptions): Source {
  const parsed = parseAzureAddress(options.container);
  if (typeof parsed === 'string') throw new SourceError(parsed);
  const address: AzureAddress = { ...parsed, prefix: parsed.prefix || (options.prefix ?? '') };
  const { account, container: bare } = address;
  const name = options.name ?? (account === null ? `az:${bare}` : `az://${account}/${bare}`);
  const clock = options.clock ?? (() => Date.now() * 1000);
  const health = new HealthLog(clock, null, (state, log) => say(name, state, log));
  const lister = new Lister(address, options, clock);

  /** What is passed over is counted when everything is listed, so that it counts once. */
  const isReadable = ({ name: blob, sizeBytes, isOnline }: BlobItem, isCounted: boolean) => {
    if (isCounted && sizeBytes === 0) health.skip('empty', blob);
    else if (isCounted && !isOnline)
      health.skip('unreadable', `${blob} (in the archive tier: rehydrate it first)`);
    return sizeBytes > 0 && isOnline;
  };

  return {
    name,
    kind: 'azure-blob',
    async *list(signal) {
      const container = await lister.open();
      let count = 0;
      for await (const page of container.list(address.prefix, signal)) {
        for (const item of page.filter((each) => isReadable(each, true))) {
          health.succeed(++count);
          health.noteChange(item.modifiedAt);
          yield createBlobObject(name, container, item, true);
        }
      }
    },
    follow(handler, signal, followOptions) {
      const polled = {
        pollMs: Math.min(options.pollMs ?? MAX_POLL_MS, MAX_POLL_MS),
        async pass() {
          const { items, isWhole, container } = await lister.pass(signal);
          if (isWhole) health.forgetSkipped();
          health.lateAfterMs = lister.hasLogs ? LATE_MS : null;
          const nowMs = clock() / 1000;
          const found = items
            .filter((item) => isReadable(item, isWhole))
            .map((item) => toFound(name, container, item, nowMs));
          return { found, isWhole };
        },
      };
      return followByPolling(polled, health, handler, signal, followOptions);
    },
    health: () => health.get(),
  };
}

function toFound(source: string, container: BlobContainer, item: BlobItem, nowMs: number): Found {
  const hour = parseHourPath(item.name)?.hour;
  return {
    name: `${container.name}/${item.name}`,
    stamp: item.etag,
    isUrgent: hour !== undefined && nowMs - hour < 2 * HOUR_MS,
    open: async () => createBlobObject(source, container, item, false),
  };
}

/** Decides what to list at each pass. */
class Lister {
  readonly #address: AzureAddress;
  readonly #options: AzureSourceOptions;
  readonly #clock: () => number;
  #container: BlobContainer | null = null;
  /** What stands before `y=` in the names seen. */
  readonly #roots = new Set<string>();
  #hasOthers = false;
  #passes = 0;
  #nextFull = 0;

  constructor(address: AzureAddress, options: AzureSourceOptions, clock: () => number) {
    this.#address = address;
    this.#options = options;
    this.#clock = clock;
  }

  get hasLogs(): boolean {
    return this.#roots.size > 0;
  }

  async open(): Promise<BlobContainer> {
    const { login, pageNames, environment = {} } = this.#options;
    // What guards it reads files of every kind, and is only loaded where Azure is read.
    const { azureAgent } = await import('./azure-agent.ts');
    const agent = azureAgent(environment);
    this.#container ??= await openContainer(this.#address, login, this.#nowMs, {
      rights: 'Read and List',
      whenAbsent:
        'Azure creates it with the first flow log, some minutes after logging was enabled; else check the name.',
      tries: 3,
      pageNames,
      ...(agent && { agent }),
    });
    return this.#container;
  }

  get #nowMs(): number {
    return this.#clock() / 1000;
  }

  async pass(
    signal: AbortSignal,
  ): Promise<{ items: BlobItem[]; isWhole: boolean; container: BlobContainer }> {
    const container = await this.open();
    const isWhole = this.#nowMs >= this.#nextFull;
    try {
      const items = isWhole
        ? await this.#listAll(container, signal)
        : await this.#listRecent(container, signal);
      this.#passes++;
      return { items, isWhole, container };
    } catch (error) {
      // The secret may have been replaced: it is asked for again at the next pass.
      this.#container = null;
      throw error;
    }
  }

  async #listAll(container: BlobContainer, signal: AbortSignal): Promise<BlobItem[]> {
    const items: BlobItem[] = [];
    let pages = 0;
    this.#hasOthers = false;
    for await (const page of container.list(this.#address.prefix, signal)) {
      pages++;
      for (const item of page) {
        items.push(item);
        const root = parseHourPath(item.name)?.root;
        if (root === undefined) this.#hasOthers ||= item.sizeBytes > 0;
        else this.#roots.add(root);
      }
    }
    const isAllNeeded = this.#hasOthers || this.#roots.size === 0;
    this.#nextFull = this.#nowMs + Math.max(isAllNeeded ? 0 : FULL_PASS_MS, pages * PAGE_MS);
    if (isAllNeeded && pages <= 1) this.#nextFull = 0;
    return items;
  }

  async #listRecent(container: BlobContainer, signal: AbortSignal): Promise<BlobItem[]> {
    const isWide = this.#passes % WIDE_PASS === 0;
    if (isWide) await this.#findRoots(container, signal);
    const nowMs = this.#nowMs;
    const prefixes = [...this.#roots]
      .flatMap((root) => (isWide ? recentDays(root, nowMs) : currentHours(root, nowMs)))
      .flatMap((prefix) => within(prefix, this.#address.prefix));
    const lists = await mapSome(prefixes, 8, async (prefix) => {
      const items: BlobItem[] = [];
      for await (const page of container.list(prefix, signal)) items.push(...page);
      return items;
    });
    return lists.flat();
  }

  /** Flow logs that were set up since the last full pass. Bounded: the full pass finds what is left out. */
  async #findRoots(container: BlobContainer, signal: AbortSignal): Promise<void> {
    const { prefix } = this.#address;
    let level = [prefix.slice(0, prefix.lastIndexOf('/') + 1)];
    for (let asked = 0; level.length > 0 && asked < MOST_FOLDERS; asked += level.length) {
      const lists = await mapSome(level, 8, (folder) => container.listFolders(folder, signal));
      const folders = lists.flat().filter((folder) => within(folder, prefix).length > 0);
      const roots = folders.map(rootOfYear);
      for (const root of roots) if (root !== null) this.#roots.add(root);
      level = folders.filter((_, i) => roots[i] === null).slice(0, MOST_FOLDERS);
    }
  }
}

/** The prefix that both mean; none when they exclude each other. */
function within(prefix: string, limit: string): string[] {
  if (prefix.startsWith(limit)) return [prefix];
  return limit.startsWith(prefix) ? [limit] : [];
}

function say(name: string, state: string, log: HealthLog): string {
  switch (state) {
    case 'waiting':
      return `Nothing in ${name} yet. Azure writes the first flow log up to five minutes after logging was enabled.`;
    case 'late': {
      const minutes = Math.round((log.nowMs() - (log.lastChange ?? 0) / 1000) / 60_000);
      return `The newest block in ${name} is ${minutes} minutes old; Azure writes each minute. Check that the flow log is enabled; it stops without a word when the storage account’s keys are renewed.`;
    }
    case 'error': {
      const [first] = log.failing.values();
      if (log.isPassFailing || !first) return log.lastError?.message ?? `${name} cannot be read.`;
      return `${log.failing.size} blobs in ${name} cannot be read, for example ${first} They are tried again.`;
    }
    default:
      return `${log.objects} blobs in ${name}; new blocks are looked for several times a minute.`;
  }
}
