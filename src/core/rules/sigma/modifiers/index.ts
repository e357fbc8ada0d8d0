import {
  base64,
  base64offset,
  utf16be,
  utf16le,
  utf16WithMark,
  wide,
  windash,
} from './encoding.ts';
import {
  all,
  cased,
  cidr,
  contains,
  endswith,
  exists,
  expand,
  fieldref,
  ignoreCase,
  multiLine,
  neq,
  re,
  singleLine,
  startswith,
} from './matching.ts';
import type { Modifier } from './modifier.ts';
import { COMPARING } from './numbers.ts';

export {
  type Item,
  type Modifier,
  type ModifierContext,
  ModifierError,
  type Value,
} from './modifier.ts';

/** Every modifier of Sigma 2.1.0 (specification, appendix "modifiers"). */
export const MODIFIERS: readonly Modifier[] = [
  all,
  base64,
  base64offset,
  cased,
  cidr,
  contains,
  endswith,
  exists,
  expand,
  fieldref,
  neq,
  re,
  ignoreCase,
  multiLine,
  singleLine,
  startswith,
  utf16WithMark,
  utf16be,
  utf16le,
  wide,
  windash,
  ...COMPARING,
];

export const modifiersByName: ReadonlyMap<string, Modifier> = new Map(
  MODIFIERS.map((m) => [m.name, m]),
);
