import { parseArmId } from './topology.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A resource as any of the exports gives it: fields beside `id`, or under `properties`, in any case. */
export class ArmResource {
  readonly #json: Json;
  readonly id: string;
  readonly type: string;
  readonly scope: string;
  readonly group: string;
  readonly names: readonly string[];
  readonly region: string;

  constructor(json: Json, type: string, parent?: ArmResource) {
    this.#json = json;
    this.type = type;
    this.id = this.text('id');
    const id = parseArmId(this.id);
    this.scope = id?.scope || this.text('subscriptionId').toLowerCase() || (parent?.scope ?? '');
    this.group = id?.group || this.text('resourceGroup') || (parent?.group ?? '');
    const own = this.text('name')
      .split('/')
      .filter((part) => part !== '');
    this.names =
      id && id.names.length > 0
        ? id.names
        : [...(own.length > 1 ? [] : (parent?.names ?? [])), ...own];
    this.region = this.text('location').toLowerCase().replaceAll(' ', '') || (parent?.region ?? '');
  }

  get name(): string {
    return this.names.at(-1) ?? '';
  }

  get(name: string): unknown {
    const direct = pick(this.#json, name);
    if (direct !== undefined && direct !== null) return direct;
    const properties = pick(this.#json, 'properties');
    return isJson(properties) ? pick(properties, name) : undefined;
  }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  }

  number(name: string): number | null {
    const value = this.get(name);
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : null;
  }

  bool(name: string): boolean | null {
    const value = this.get(name);
    return typeof value === 'boolean' ? value : null;
  }

  /** The texts of a list; a single text counts as a list of one. */
  texts(name: string): readonly string[] {
    const value = this.get(name);
    if (typeof value === 'string') return value === '' ? [] : [value];
    return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
  }

  /** An object inside this one, read the same way. */
  part(name: string): ArmResource | undefined {
    const value = this.get(name);
    return isJson(value) ? new ArmResource(value, '', this) : undefined;
  }

  parts(name: string, type = ''): readonly ArmResource[] {
    const value = this.get(name);
    return Array.isArray(value)
      ? value.filter(isJson).map((v) => new ArmResource(v, type, this))
      : [];
  }

  /** The id that a reference such as {"id": …} points at; '' when there is none. */
  ref(name: string): string {
    return this.part(name)?.text('id') ?? '';
  }

  tags(): string {
    const value = this.get('tags');
    return isJson(value) ? JSON.stringify(value) : '';
  }
}

export function pick(json: Json, name: string): unknown {
  if (Object.hasOwn(json, name)) return json[name];
  const wanted = name.toLowerCase();
  for (const key of Object.keys(json)) if (key.toLowerCase() === wanted) return json[key];
  return undefined;
}
