import type { ROUTES, Route, RouteId, RouteOutput, RouteParsed } from '#core/contract/index.ts';
import { type Principal, Refused } from '#server/auth/index.ts';
import type { Encoding } from './compress.ts';

/** One request, as handlers see it. */
export interface Call {
  readonly request: Request;
  /** What the log calls this request. */
  readonly id: string;
  /** Network address of the caller. */
  readonly address: string;
  /** Aborted when the caller has gone, or when a stopping server no longer waits. */
  readonly signal: AbortSignal;
  /** Aborted as soon as the server begins to stop: for what never ends by itself. */
  readonly ending: AbortSignal;
  readonly principal: Principal | undefined;
  /** What an answer that is made here is compressed with. */
  readonly encoding: Encoding;
  /** Whether the login of this request still holds; asked by what stays open. */
  isStillLoggedIn(): boolean;
  /** Adds to the entry in the audit log. */
  note(detail: Readonly<Record<string, unknown>>): void;
  /** Whose doing it is, where the request itself has no login yet. */
  actAs(who: string): void;
  /** Logs the browser in with a session's secret, or with undefined out. */
  setSession(secret: string | undefined): void;
}

/** A body instead of JSON: routes with `answer: 'raw'` and `events` return these. */
export type RawAnswer = Response;

type Answer<R extends Route> = R['answer'] extends 'json'
  ? RouteOutput<R>
  : RouteOutput<R> | RawAnswer;

export type Handler<R extends Route> = (
  input: RouteParsed<R>,
  call: Call,
) => Answer<R> | RawAnswer | Promise<Answer<R> | RawAnswer>;

/** A handler for each route: the compiler asks for one where it is missing. */
export type Handlers<Ids extends RouteId = RouteId> = {
  readonly [Id in Ids]: Handler<(typeof ROUTES)[Id]>;
};

/** The caller; for handlers of routes that need a login, which the dispatcher has checked. */
export function callerOf(call: Call): Principal {
  if (!call.principal) throw new Refused('not-logged-in', 'This needs a login.');
  return call.principal;
}
