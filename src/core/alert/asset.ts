import { parseIp } from '#core/base/index.ts';
import { type IpRange, isInRange, parseRange } from '#core/enrich/index.ts';
import type { Entity } from './entity.ts';

/** What is known of things that one owns. */
export interface Asset {
  readonly name: string;
  /** Prefixes, ranges or single addresses, and names of hosts. */
  readonly members: readonly string[];
  /** 1 is usual; what is found there counts this many times. */
  readonly weight: number;
  /** Must not fall: domain controllers, hypervisors, what holds the keys. */
  readonly isCritical: boolean;
}

export interface Assets {
  /** The first whose members hold the entity. */
  find(entity: Entity): Asset | undefined;
}

/** Reads the members once. Throws a sentence for a member that is neither an address, a range nor a name. */
export function createAssets(assets: readonly Asset[]): Assets {
  const entries = assets.map((asset) => {
    const ranges = asset.members.flatMap((m) => parseRange(m) ?? []);
    const names = asset.members.filter((m) => !parseRange(m)).map((m) => m.toLowerCase());
    for (const name of names)
      if (!/^[a-z0-9_](?:[a-z0-9._-]{0,253})$/.test(name))
        throw new Error(`${asset.name}: ${name} is no address, range or name of a host`);
    return { asset, ranges, names: new Set(names) };
  });
  return {
    find(entity) {
      const values = Object.values(entity.identifiers);
      return entries.find(
        ({ ranges, names }) =>
          values.some((value) => names.has(value.toLowerCase())) ||
          values.some((value) => isWithin(value, ranges)),
      )?.asset;
    },
  };
}

/** True for an address inside one of the ranges. */
export function isWithin(address: string, ranges: readonly IpRange[]): boolean {
  const words = ranges.length > 0 ? parseIp(address) : undefined;
  return words !== undefined && ranges.some((range) => isInRange(words, range));
}
