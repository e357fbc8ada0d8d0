import {
  keepPreviousData,
  QueryCache,
  QueryClient,
  QueryClientProvider,
  useIsFetching,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { type ReactNode, useSyncExternalStore } from 'react';
import type {
  QueryResult,
  ROUTES,
  RouteId,
  RouteInput,
  RouteOutput,
} from '#core/contract/index.ts';
import { call, RequestFailed } from './api.ts';

type Routes = typeof ROUTES;

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The session has ended meanwhile: asking who is logged in brings the login up.
      if (error instanceof RequestFailed && error.status === 401 && query.queryKey[0] !== 'me')
        void client.invalidateQueries({ queryKey: ['me'] });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; a server that was away or stumbled may do better.
      retry: (count, error) =>
        error instanceof RequestFailed &&
        count < (error.status === 0 || error.status === 503 ? 3 : error.status === 500 ? 1 : 0),
      retryDelay: (count) => Math.min(8000, 500 * 2 ** count),
    },
  },
});

export function Answers(props: { readonly children: ReactNode }): ReactNode {
  return <QueryClientProvider client={client}>{props.children}</QueryClientProvider>;
}

export interface Answer<T> {
  readonly data: T | undefined;
  readonly error: RequestFailed | undefined;
  /** True until the first answer; an older answer stays on the page while a newer one is fetched. */
  readonly isLoading: boolean;
  readonly isFetching: boolean;
  readonly retry: () => void;
}

/** A failure of a route, whatever was thrown. */
export function asFailure(error: Error | null): RequestFailed | undefined {
  if (error === null) return undefined;
  if (error instanceof RequestFailed) return error;
  return new RequestFailed(0, {
    code: 'internal',
    message: error.message,
    hint: 'Load the page anew.',
  });
}

/**
 * Routes whose answers follow the data. Each refresh begins a new epoch, which is part of the key: an answer that was
 * under way when the data changed belongs to the epoch before and is not taken for the present one. (Invalidating would
 * let a first answer that is under way count as fresh.)
 */
const FOLLOWS_DATA: ReadonlySet<RouteId> = new Set<RouteId>(['query', 'status']);
const KEPT_MS = 60_000;

let epoch = 0;
const watchers = new Set<() => void>();

function watchEpoch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

const readEpoch = (): number => epoch;

function optionsFor<Id extends RouteId>(
  id: Id,
  input: RouteInput<Routes[Id]>,
  isOn: boolean,
  now: number,
) {
  const isLive = FOLLOWS_DATA.has(id);
  return {
    queryKey: isLive ? [id, input, now] : [id, input],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => call(id, input, signal),
    enabled: isOn,
    ...(isLive ? { placeholderData: keepPreviousData, gcTime: KEPT_MS } : {}),
  };
}

/** The answer of a route, cached by its input. Where it follows the data, the older answer stays until the newer is there. */
export function useRoute<Id extends RouteId>(
  id: Id,
  input: RouteInput<Routes[Id]>,
  options: {
    readonly isOn?: boolean;
    /** How often to ask again, by the latest answer. */
    readonly everyMs?: (latest: RouteOutput<Routes[Id]> | undefined) => number;
  } = {},
): Answer<RouteOutput<Routes[Id]>> {
  const { everyMs } = options;
  const isOn = options.isOn ?? true;
  const now = useSyncExternalStore(watchEpoch, readEpoch);
  const query = useQuery<RouteOutput<Routes[Id]>>({
    ...optionsFor(id, input, isOn, now),
    ...(everyMs ? { refetchInterval: ({ state }) => everyMs(state.data) } : {}),
  });
  return {
    data: isOn ? query.data : undefined,
    error: asFailure(query.error),
    isLoading: query.isPending && isOn,
    isFetching: query.isFetching,
    retry: () => void query.refetch(),
  };
}

/** The answer of a KQL query; two panels that ask the same share one request. Off while `kql` is undefined. */
export const useKql = (kql: string | undefined): Answer<QueryResult> =>
  useRoute('query', { query: kql ?? '' }, { isOn: kql !== undefined });

/** The answers of several queries at once, in their order; undefined in place of a query that is off. */
export function useKqlList(
  queries: readonly (string | undefined)[],
): readonly Answer<QueryResult>[] {
  const now = useSyncExternalStore(watchEpoch, readEpoch);
  return useQueries({
    queries: queries.map((kql) =>
      optionsFor('query', { query: kql ?? '' }, kql !== undefined, now),
    ),
    combine: (answers) =>
      answers.map((query, i) => ({
        data: queries[i] === undefined ? undefined : query.data,
        error: asFailure(query.error),
        isLoading: query.isPending && queries[i] !== undefined,
        isFetching: query.isFetching,
        retry: () => void query.refetch(),
      })),
  });
}

/** Something that changes the server; afterwards the routes named in `stale` are asked again. */
export function useChange<Id extends RouteId>(id: Id, stale: readonly RouteId[] = []) {
  const queries = useQueryClient();
  return useMutation<RouteOutput<Routes[Id]>, Error, RouteInput<Routes[Id]>>({
    mutationFn: (input) => call(id, input),
    onSuccess: () =>
      Promise.all(stale.map((name) => queries.invalidateQueries({ queryKey: [name] }))),
  });
}

/** Asks again whatever is on the page and comes from these routes. */
export function refresh(...ids: readonly RouteId[]): void {
  for (const id of ids)
    if (!FOLLOWS_DATA.has(id)) void client.invalidateQueries({ queryKey: [id] });
  if (!ids.some((id) => FOLLOWS_DATA.has(id))) return;
  epoch++;
  for (const watcher of watchers) watcher();
}

/** Forgets every answer and asks again for what is on the page: after logging in or out. */
export const forgetAnswers = (): void => void client.resetQueries();

/** How many KQL answers are still awaited on this page. */
export const useOpenQueries = (): number => useIsFetching({ queryKey: ['query'] });
