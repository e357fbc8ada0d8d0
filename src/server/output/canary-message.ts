import type { Micros } from '#core/base/index.ts';
import type { AlertMessage } from '#core/output/index.ts';

/** What a test of an output sends: an alert that says that it is none. `id` is a UUID. */
export function canaryMessage(id: string, marker: string, at: Micros): AlertMessage {
  return {
    kind: 'alert',
    id,
    version: 1,
    status: 'new',
    title: `Weir canary ${marker}: a test of the way to you`,
    description: 'Weir sent this itself to see whether alerts arrive. Nothing was found.',
    severity: 'informational',
    confidence: 1,
    detected: at,
    updated: at,
    first: at,
    last: at,
    finder: { kind: 'canary', id: 'canary', name: 'Canary', version: '1', family: 'canary' },
    tactics: [],
    techniques: [],
    entities: [],
    evidence: [],
    nextSteps: [],
  };
}
