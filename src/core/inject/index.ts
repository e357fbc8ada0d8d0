export type { Attack, AttackKind, Shape } from './attack.ts';
export { CONTACT } from './attacks/contact.ts';
export { ATTACKS } from './attacks/index.ts';
export { CAMPAIGNS, UNRELATED } from './campaigns.ts';
export { type Estate, FEWEST_HOSTS, type Host } from './estate.ts';
export { HABITS } from './habits/index.ts';
export {
  BadScenario,
  type Bounds,
  fullGrid,
  type Injected,
  inject,
  type Planned,
  type Scenario,
  smallGrid,
  type Truth,
} from './scenario.ts';
export { SOURCES, type SourceName } from './sources.ts';
