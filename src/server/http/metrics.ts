import type { RouteId } from '#core/contract/index.ts';

const BUCKETS_S = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] as const;

/** Counts of the server itself. Labels are ids of routes and classes of status: closed sets. */
export interface HttpMetrics {
  begin(): void;
  end(route: RouteId | 'page' | 'unknown', status: number, elapsedMs: number): void;
  readonly running: number;
  print(streams: number): string;
}

interface Series {
  readonly route: string;
  readonly counts: Map<string, number>;
  readonly buckets: number[];
  seconds: number;
  total: number;
}

export function createHttpMetrics(): HttpMetrics {
  const byRoute = new Map<string, Series>();
  let running = 0;
  return {
    begin() {
      running++;
    },
    get running() {
      return running;
    },
    end(route, status, elapsedMs) {
      running--;
      let series = byRoute.get(route);
      if (!series) {
        series = {
          route,
          counts: new Map(),
          buckets: BUCKETS_S.map(() => 0),
          seconds: 0,
          total: 0,
        };
        byRoute.set(route, series);
      }
      const kind = `${Math.floor(status / 100)}xx`;
      series.counts.set(kind, (series.counts.get(kind) ?? 0) + 1);
      series.total++;
      series.seconds += elapsedMs / 1000;
      for (const [i, limit] of BUCKETS_S.entries())
        if (elapsedMs / 1000 <= limit) series.buckets[i] = (series.buckets[i] ?? 0) + 1;
    },
    print(streams) {
      const all = [...byRoute.values()];
      const { rss, heapUsed } = process.memoryUsage();
      return [
        '# HELP weir_http_requests_total Requests answered, by route and class of status.',
        '# TYPE weir_http_requests_total counter',
        ...all.flatMap((s) =>
          [...s.counts].map(
            ([kind, n]) => `weir_http_requests_total{route="${s.route}",status="${kind}"} ${n}`,
          ),
        ),
        '# HELP weir_http_request_seconds Time to answer, by route.',
        '# TYPE weir_http_request_seconds histogram',
        ...all.flatMap((s) => [
          ...BUCKETS_S.map(
            (le, i) =>
              `weir_http_request_seconds_bucket{route="${s.route}",le="${le}"} ${s.buckets[i]}`,
          ),
          `weir_http_request_seconds_bucket{route="${s.route}",le="+Inf"} ${s.total}`,
          `weir_http_request_seconds_sum{route="${s.route}"} ${s.seconds}`,
          `weir_http_request_seconds_count{route="${s.route}"} ${s.total}`,
        ]),
        ...gauge('weir_http_requests_running', 'Requests being answered.', running),
        ...gauge('weir_http_event_streams', 'Open streams of server-sent events.', streams),
        ...gauge('weir_process_resident_memory_bytes', 'Memory of the server process.', rss),
        ...gauge(
          'weir_process_heap_bytes',
          'JavaScript heap in use in the server process.',
          heapUsed,
        ),
        '',
      ].join('\n');
    },
  };
}

function gauge(name: string, help: string, value: number): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
}
