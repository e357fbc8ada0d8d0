import { readFileSync } from 'node:fs';
import { NO_ZONES, readZones, type Zones } from '#core/detect/index.ts';
import { parseYaml } from '#core/yaml/index.ts';
import { CommandError } from '../command.ts';
import type { Config } from '../config/index.ts';

/** The zones that the configuration names; none where it names no file. Throws CommandError with every problem. */
export function loadZones({ zones: file }: Config): Zones {
  if (file === undefined) return NO_ZONES;
  const advice = 'Correct it, or take it out of the configuration.';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`the zones ${file} cannot be read`, advice, error);
  }
  const { value, errors } = parseYaml(text);
  const [first] = errors;
  if (first) throw new CommandError(`${file}:${first.line}: ${first.message}`, advice);
  const { zones, problems } = readZones(value);
  if (zones) return zones;
  throw new CommandError(`${file} describes no zones\n  ${problems.join('\n  ')}`, advice);
}
