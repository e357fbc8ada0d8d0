/** What the page shows, as it stands in the address bar: `?view=values&text=evil`. */
export const VIEWS = ['sightings', 'feeds', 'values'] as const;
export type View = (typeof VIEWS)[number];

export interface Shown {
  readonly view: View;
  /** What values are searched for. */
  readonly text: string;
}

export function parseShown(search: string): Shown {
  const params = new URLSearchParams(search);
  const view = VIEWS.find((v) => v === params.get('view')) ?? 'sightings';
  return { view, text: params.get('text') ?? '' };
}

export function printShown({ view, text }: Shown): string {
  const params = new URLSearchParams();
  if (view !== 'sightings') params.set('view', view);
  if (text !== '') params.set('text', text);
  const printed = params.toString();
  return printed === '' ? '' : `?${printed}`;
}
