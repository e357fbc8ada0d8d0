import type { RouteId } from '#core/contract/index.ts';
import { callerOf, type Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const intelIds = [
  'intel',
  'syncFeed',
  'sightings',
  'addIndicator',
  'removeIndicator',
  'declareHarmless',
  'endHarmless',
] as const satisfies readonly RouteId[];

export function intelHandlers({ intel }: HttpDeps): Handlers<(typeof intelIds)[number]> {
  return {
    intel: () => intel.state(),
    async syncFeed({ name }, call) {
      call.note({ name });
      await intel.sync(name);
      return { done: true };
    },
    sightings: (input) => ({ sightings: intel.sightings(input) }),
    async addIndicator(input, call) {
      call.note(input);
      return { value: await intel.add(input, callerOf(call).name) };
    },
    async removeIndicator({ value }, call) {
      call.note({ value });
      await intel.remove(value);
      return { done: true };
    },
    declareHarmless(input, call) {
      call.note(input);
      intel.declareHarmless(input, callerOf(call).name);
      return { done: true };
    },
    endHarmless({ value }, call) {
      call.note({ value });
      intel.endHarmless(value);
      return { done: true };
    },
  };
}
