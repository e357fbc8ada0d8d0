import type { RouteId } from '#core/contract/index.ts';
import type { Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const outputIds = [
  'outputs',
  'testOutput',
  'previewOutput',
  'retryOutput',
  'rejectedMessages',
  'canary',
] as const satisfies readonly RouteId[];

export function outputHandlers({ outputs }: HttpDeps): Handlers<(typeof outputIds)[number]> {
  return {
    outputs: () => ({ outputs: [...outputs.list()] }),
    testOutput({ name }, call) {
      call.note({ output: name });
      return outputs.test(name, call.request.signal);
    },
    previewOutput: ({ name }) => ({ text: outputs.preview(name) }),
    retryOutput({ name }, call) {
      call.note({ output: name });
      outputs.retry(name);
      return { done: true };
    },
    rejectedMessages: ({ name }) => ({ rejected: [...outputs.rejected(name)] }),
    canary(input, call) {
      call.note(input.outputs === undefined ? {} : { outputs: input.outputs.join(' ') });
      return outputs.canary(input, call.request.signal);
    },
  };
}
