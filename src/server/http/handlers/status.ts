import type { RouteId } from '#core/contract/index.ts';
import type { Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';
import type { HttpMetrics } from '../metrics.ts';

export const statusIds = [
  'status',
  'quarantine',
  'about',
  'health',
  'metrics',
] as const satisfies readonly RouteId[];

export function statusHandlers(
  { status, events }: HttpDeps,
  metrics: HttpMetrics,
): Handlers<(typeof statusIds)[number]> {
  return {
    status: (window) => status.status(window),
    quarantine: ({ limit }) => status.quarantine(limit),
    about: () => status.about(),
    health: () => ({ ok: true }),
    metrics: () =>
      new Response(`${metrics.print(events.listeners)}${status.metrics()}`, {
        headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
      }),
  };
}
