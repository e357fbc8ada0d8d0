import type { RouteId } from '#core/contract/index.ts';
import type { Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const ruleIds = [
  'rules',
  'rule',
  'ruleHistory',
  'enableRule',
  'removeRule',
  'checkRules',
  'putRuleFile',
] as const satisfies readonly RouteId[];

export function ruleHandlers({ rules }: HttpDeps): Handlers<(typeof ruleIds)[number]> {
  return {
    rules: () => rules.list(),
    rule: (input) => rules.one(input),
    ruleHistory: (input) => rules.history(input),
    enableRule(input, call) {
      call.note({ rule: input.id, isEnabled: input.isEnabled });
      return rules.enable(input);
    },
    removeRule(input, call) {
      const removed = rules.remove(input);
      call.note({ rule: input.id, file: removed.file });
      return removed;
    },
    checkRules: (input) => rules.check(input),
    putRuleFile(input, call) {
      call.note({ file: input.file });
      return rules.put(input);
    },
  };
}
