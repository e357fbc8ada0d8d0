import type { Entity, Evidence, Finder, Severity } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';

/** Plain data as JSON carries it. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };
export type JsonObject = { readonly [name: string]: Json | undefined };

/** One version of an alert or an incident. */
export interface AlertMessage {
  readonly kind: 'alert' | 'incident';
  /** UUID; the same for all versions. */
  readonly id: string;
  /** From 1. */
  readonly version: number;
  readonly status: 'new' | 'active' | 'closed';
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  /** 0 to 1. */
  readonly confidence: number;
  /** When it was first raised, and when this version was made. */
  readonly detected: Micros;
  readonly updated: Micros;
  /** Of what was observed. */
  readonly first: Micros;
  readonly last: Micros;
  readonly finder: Finder;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly entities: readonly Entity[];
  readonly evidence: readonly Evidence[];
  readonly nextSteps: readonly string[];
  /** Of an incident: who works on it. */
  readonly owner?: string;
  /** Of an alert: the incident that it belongs to. */
  readonly incidentId?: string;
  /** The page that shows it. */
  readonly link?: string;
}

/** One row of a table, or of the answer to a query. */
export interface RowMessage {
  readonly kind: 'row';
  /** The same whenever the same row is sent again. */
  readonly id: string;
  /**
   * Of rows that can change after they were sent: which time it is told of, growing, and whether there is such a row no
   * more (then it has no columns but TimeGenerated). The last revision of an id is what holds.
   */
  readonly revision?: { readonly number: number; readonly isWithdrawn: boolean };
  /** The table, or the name given to the query. */
  readonly table: string;
  /** By column: datetime as ISO 8601 UTC, dynamic as JSON, long as a number or, past 2^53, as text. */
  readonly values: JsonObject;
}

/** What outputs send. */
export type Message = AlertMessage | RowMessage;

/** What encoders need beside the message. */
export interface Context {
  /** Of Weir. */
  readonly version: string;
  /** The machine that sends. */
  readonly host: string;
  readonly sha1: (bytes: Uint8Array) => Uint8Array;
}

export const VENDOR = 'Weir';
export const PRODUCT = 'Weir';

/** Names one sending of one thing: the same when it is sent again, another for the next version. */
export function messageId(message: Message): string {
  const version = message.kind === 'row' ? message.revision?.number : message.version;
  return version === undefined ? message.id : `${message.id}-${version}`;
}

/** A row that can change after it was sent, under names that each format chooses; of other rows nothing. */
export function revisionFields(
  { id, revision }: RowMessage,
  names: { readonly id: string; readonly revision: string; readonly withdrawn: string },
): JsonObject {
  if (revision === undefined) return {};
  return {
    [names.id]: id,
    [names.revision]: revision.number,
    [names.withdrawn]: revision.isWithdrawn,
  };
}

/** When what the message tells of happened, ms since 1970; undefined for a row without a time. */
export function messageTime(message: Message): number | undefined {
  if (message.kind !== 'row') return Math.floor(message.updated / 1000);
  return instantOf(message.values['TimeGenerated']);
}

/** Milliseconds of an ISO text; undefined for anything else. */
export function instantOf(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

export const isoOf = (at: Micros): string => new Date(Math.floor(at / 1000)).toISOString();

/** An object without what is undefined, empty text or an empty list. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) =>
        value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
