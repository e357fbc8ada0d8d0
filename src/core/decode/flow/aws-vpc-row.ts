import { AddressCodes } from '../address-codes.ts';
import type { DecodeSink, Origin, ProblemCode } from '../format.ts';
import { AwsVpcExtras } from './aws-vpc-extras.ts';
import type { Layout } from './aws-vpc-layout.ts';
import type { LineTokens } from './aws-vpc-tokens.ts';
import { ByteInterner, decodeToken } from './byte-interner.ts';
import { FlowColumns, isInitiatorByFlags, isLikelyStart } from './flow-columns.ts';

/** 1990-01-01 and 2255-01-01, in seconds. */
const FIRST_SECOND = 631_152_000;
const LAST_SECOND = 8_993_721_600;
/** A window is at most ten minutes; a start this long before the end is a wrong clock's. */
const LONGEST_WINDOW_SECONDS = 86_400;

export type Problem = readonly [code: ProblemCode, detail: string];

const NO_DATA: Problem = ['no-data', 'log-status is NODATA'];
const NO_DATA_WITHOUT_STATUS: Problem = ['no-data', 'both addresses are unset'];
const SKIPPED: Problem = ['skipped-by-source', 'log-status is SKIPDATA'];
export const BAD_CONTROL: Problem = ['bad-value', 'the line holds a control character'];
const BAD_STATUS: Problem = ['bad-value', 'log-status is not OK, NODATA or SKIPDATA'];
const BAD_ACTION: Problem = ['bad-value', 'action is not ACCEPT or REJECT'];
const BAD_DIRECTION: Problem = ['bad-value', 'flow-direction is not ingress or egress'];
const BAD_SOURCE: Problem = ['bad-address', 'the source is not an address'];
const BAD_DESTINATION: Problem = ['bad-address', 'the destination is not an address'];
const BAD_PORT: Problem = ['bad-number', 'a port is not 0 to 65535'];
const BAD_PROTOCOL: Problem = ['bad-number', 'the protocol is not 0 to 255'];
const BAD_FLAGS: Problem = ['bad-number', 'tcp-flags is not 0 to 65535'];
const BAD_COUNTER: Problem = ['bad-number', 'packets or bytes is not a number up to 2^53'];
const BAD_TIME: Problem = ['bad-time', 'start and end are not seconds of the years 1990 to 2255'];
const BAD_WINDOW: Problem = ['bad-time', 'the window ends before it starts'];

/** Verdicts and directions are indices of FlowColumns' lists: 0 is unset. */
const UNSET = 0;
const [ALLOWED, DENIED] = [1, 2];
const [INBOUND, OUTBOUND] = [1, 2];

/** True for a number that is neither unset nor in 0 to `max`; -1 is none. */
function isOutside(value: number, max: number): boolean {
  return value < 0 || value > max;
}

/** Turns the tokens of one record into a row of `Flows`. */
export class AwsVpcRows {
  readonly #columns: FlowColumns;
  readonly #tokens: LineTokens;
  readonly #srcIps: AddressCodes;
  readonly #destIps: AddressCodes;
  readonly #observers: ByteInterner;
  readonly #scopes: ByteInterner;
  readonly #networks: ByteInterner;
  readonly #subnets: ByteInterner;
  readonly #regions: ByteInterner;
  readonly #extras: AwsVpcExtras;
  #src = 0;
  #dest = 0;
  #time = Number.NaN;

  constructor(sink: DecodeSink, source: string, tokens: LineTokens) {
    const c = new FlowColumns(sink, source);
    this.#columns = c;
    this.#tokens = tokens;
    this.#srcIps = new AddressCodes(c.srcIp);
    this.#destIps = new AddressCodes(c.destIp);
    this.#observers = new ByteInterner(c.observer, decodeToken);
    this.#scopes = new ByteInterner(c.scope, decodeToken);
    this.#networks = new ByteInterner(c.network, decodeToken);
    this.#subnets = new ByteInterner(c.subnet, decodeToken);
    this.#regions = new ByteInterner(c.region, decodeToken);
    this.#extras = new AwsVpcExtras(c.additional, tokens);
    const caches = [this.#srcIps, this.#destIps, this.#observers, this.#scopes, this.#networks];
    caches.push(this.#subnets, this.#regions);
    c.builder.onReset(() => {
      for (const cache of caches) cache.forget();
      this.#extras.forget();
    });
  }

  /** Call before the rows of a unit, and `end` after them. */
  begin(origin: Origin): void {
    this.#columns.beginUnit(origin);
  }

  end(): void {
    this.#columns.endUnit();
  }

  /** Adds the row of the record at `offset`; returns what is wrong with it otherwise. */
  add(layout: Layout, offset: number, eventMicros: number): Problem | undefined {
    if (this.#tokens.hasControl) return BAD_CONTROL;
    this.#columns.reserve();
    const t = this.#tokens;
    if (layout.status >= 0 && !t.is(layout.status, 'OK')) {
      if (t.is(layout.status, 'NODATA')) return NO_DATA;
      if (t.is(layout.status, 'SKIPDATA')) return SKIPPED;
      if (!t.isDash(layout.status)) return BAD_STATUS;
    }
    const problem =
      this.#readAddresses(layout) ??
      this.#readTimes(layout, eventMicros) ??
      this.#checkNumbers(layout);
    if (problem) return problem;
    const status = this.#readChoice(layout.action, 'ACCEPT', 'REJECT', ALLOWED, DENIED);
    if (status < 0) return BAD_ACTION;
    const direction = this.#readChoice(layout.direction, 'ingress', 'egress', INBOUND, OUTBOUND);
    if (direction < 0) return BAD_DIRECTION;
    this.#write(layout, offset, status, direction);
    return undefined;
  }

  /** The packet's own addresses where they are given: srcaddr and dstaddr name the interface's. */
  #readAddresses(layout: Layout): Problem | undefined {
    const t = this.#tokens;
    const srcAt = layout.pktSrc >= 0 && !t.isDash(layout.pktSrc) ? layout.pktSrc : layout.src;
    const destAt = layout.pktDst >= 0 && !t.isDash(layout.pktDst) ? layout.pktDst : layout.dst;
    this.#src = 0;
    this.#dest = 0;
    if (srcAt >= 0) {
      this.#src = this.#srcIps.parse(t.bytes, t.stops[srcAt]! + 1, t.stops[srcAt + 1]!);
      if (this.#src < 0) {
        const isUnset = t.isDash(srcAt) && destAt >= 0 && t.isDash(destAt);
        return isUnset && layout.status < 0 ? NO_DATA_WITHOUT_STATUS : BAD_SOURCE;
      }
    }
    if (destAt >= 0) {
      this.#dest = this.#destIps.parse(t.bytes, t.stops[destAt]! + 1, t.stops[destAt + 1]!);
      if (this.#dest < 0) return BAD_DESTINATION;
    }
    return undefined;
  }

  #readTimes(layout: Layout, eventMicros: number): Problem | undefined {
    const start = this.#number(layout.start);
    const end = this.#number(layout.end);
    if (isOutside(start, LAST_SECOND) || isOutside(end, LAST_SECOND) || end < FIRST_SECOND)
      return BAD_TIME;
    if (end < start) return BAD_WINDOW;
    const isStartBelieved = start >= FIRST_SECOND && !(end - start > LONGEST_WINDOW_SECONDS);
    if (isStartBelieved) this.#time = start * 1e6;
    else this.#time = Number.isNaN(end) ? Math.floor(eventMicros) : end * 1e6;
    const isBelieved = this.#time >= FIRST_SECOND * 1e6 && this.#time <= LAST_SECOND * 1e6;
    return isBelieved ? undefined : BAD_TIME;
  }

  #checkNumbers(layout: Layout): Problem | undefined {
    if (isOutside(this.#number(layout.srcPort), 65_535)) return BAD_PORT;
    if (isOutside(this.#number(layout.dstPort), 65_535)) return BAD_PORT;
    if (isOutside(this.#number(layout.protocol), 255)) return BAD_PROTOCOL;
    if (isOutside(this.#number(layout.tcpFlags), 65_535)) return BAD_FLAGS;
    if (this.#number(layout.packets) < 0 || this.#number(layout.bytes) < 0) return BAD_COUNTER;
    return undefined;
  }

  #number(field: number): number {
    return field < 0 ? Number.NaN : this.#tokens.numbers[field]!;
  }

  /** Which of two words a token is; 0 when it is unset or there is none, -1 when it is another. */
  #readChoice(field: number, one: string, two: string, isOne: number, isTwo: number): number {
    if (field < 0) return UNSET;
    if (this.#tokens.is(field, one)) return isOne;
    if (this.#tokens.is(field, two)) return isTwo;
    return this.#tokens.isDash(field) ? UNSET : -1;
  }

  #write(layout: Layout, offset: number, status: number, direction: number): void {
    const c = this.#columns;
    const row = c.begin(offset);
    const start = this.#number(layout.start);
    const end = this.#number(layout.end);
    c.timeGenerated.set(row, this.#time);
    if (!Number.isNaN(start)) c.start.set(row, start * 1e6);
    if (!Number.isNaN(end)) c.end.set(row, end * 1e6);
    c.srcIp.codes[row] = this.#src;
    c.destIp.codes[row] = this.#dest;
    const protocol = this.#number(layout.protocol);
    const srcPort = this.#number(layout.srcPort);
    const destPort = this.#number(layout.dstPort);
    c.setTransport(row, protocol, srcPort, destPort);
    const packets = this.#number(layout.packets);
    const bytes = this.#number(layout.bytes);
    if (!Number.isNaN(packets)) c.packets.set(row, packets);
    if (!Number.isNaN(bytes)) c.bytes.set(row, bytes);
    const tcpFlags = this.#number(layout.tcpFlags);
    if (!Number.isNaN(tcpFlags)) c.tcpFlags.set(row, tcpFlags);
    c.samplingRate.set(row, 1);
    c.initiatorKnown.set(row, protocol === 6 && isInitiatorByFlags(tcpFlags));
    c.isFlowStart.set(row, isLikelyStart(protocol, tcpFlags, srcPort, destPort));
    if (direction !== UNSET) c.direction.set(row, direction);
    if (status !== UNSET) c.status.set(row, status);
    if (layout.account >= 0) c.scope.codes[row] = this.#code(this.#scopes, layout.account);
    if (layout.interface >= 0)
      c.observer.codes[row] = this.#code(this.#observers, layout.interface);
    if (layout.vpc >= 0) c.network.codes[row] = this.#code(this.#networks, layout.vpc);
    if (layout.subnet >= 0) c.subnet.codes[row] = this.#code(this.#subnets, layout.subnet);
    if (layout.region >= 0) c.region.codes[row] = this.#code(this.#regions, layout.region);
    c.additional.codes[row] = this.#extras.code(layout);
  }

  #code(interner: ByteInterner, field: number): number {
    const t = this.#tokens;
    return interner.code(t.bytes, t.stops[field]! + 1, t.stops[field + 1]!);
  }
}
