import { type Kind, runs } from '#core/kql/index.ts';
import { languageNames } from './kusto.ts';

/** What the language knows by name and Weir refuses. */
export function gaps(): Readonly<Record<Kind, readonly string[]>> {
  const names = languageNames();
  const missing = (kind: Kind) => names[kind].filter((name) => !runs(kind, name));
  return {
    function: missing('function'),
    aggregate: missing('aggregate'),
    plugin: missing('plugin'),
  };
}
