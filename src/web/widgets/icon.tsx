import type { ReactNode } from 'react';

/** Outlines on a 16 × 16 grid, drawn in the colour of the text around them. */
const SHAPES = {
  overview: 'M2 13V8M6 13V3M10 13V6M14 13v-3',
  explore: 'M3 4l4 4-4 4M8.5 12H13',
  sources:
    'M8 2c3.3 0 6 .9 6 2s-2.7 2-6 2-6-.9-6-2 2.7-2 6-2zM2 4v8c0 1.1 2.7 2 6 2s6-.9 6-2V4M2 8c0 1.1 2.7 2 6 2s6-.9 6-2',
  load: 'M8 10V2M4.5 5.5L8 2l3.5 3.5M2 10v3.5h12V10',
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.5 10.5L14 14',
  clock: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 5v3l2 1.5',
  play: 'M5 3l8 5-8 5z',
  stop: 'M4.5 4.5h7v7h-7z',
  star: 'M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z',
  link: 'M7 9a3 3 0 0 0 4.2.3l2-2A3 3 0 0 0 9 3L8 4M9 7a3 3 0 0 0-4.2-.3l-2 2A3 3 0 0 0 7 13l1-1',
  download: 'M8 2v8M4.5 6.5L8 10l3.5-3.5M2 13.5h12',
  table: 'M2 3h12v10H2zM2 6.5h12M2 10h12M6.5 6.5V13',
  chart: 'M2 2v12h12M5 10l3-3 2 2 4-4.5',
  plus: 'M8 3v10M3 8h10',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  trash: 'M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 9h6l.5-9',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  screen: 'M2 3h12v8H2zM6 14h4M8 11v3',
  person: 'M8 2.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM3 14c0-2.8 2.2-4.5 5-4.5s5 1.7 5 4.5',
  menu: 'M2 4h12M2 8h12M2 12h12',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  warn: 'M8 2l6.5 11.5h-13zM8 6.5v3M8 11.7v.1',
  error: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 5v3.5M8 10.8v.1',
  info: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 7.5V11M8 5.2v.1',
  format: 'M2 3h12M5 6.5h9M5 10h9M2 13.5h12',
  key: 'M10 2.5a3.5 3.5 0 1 1-3 5.3L2.5 12.3v1.2H5v-1.7h1.7V10l1.2-1M11 5v.1',
  people:
    'M6 3a2.2 2.2 0 1 1 0 4.4A2.2 2.2 0 0 1 6 3zM1.5 13c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3.2a2.2 2.2 0 0 1 0 4M12 9.4c1.6.5 2.5 1.8 2.5 3.6',
  shield: 'M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.8 8l1.6 1.6L10.4 6.5',
  list: 'M5.5 4H14M5.5 8H14M5.5 12H14M2.2 4h.2M2.2 8h.2M2.2 12h.2',
  filter: 'M2 3h12l-4.5 5.5V13l-3-1.5v-3z',
  more: 'M3.2 8h.1M8 8h.1M12.8 8h.1',
  file: 'M4 2h5l3.5 3.5V14H4zM9 2v3.5h3.5',
  bell: 'M8 2a3.5 3.5 0 0 1 3.5 3.5c0 3.5 1.5 4.3 1.5 5.5H3c0-1.2 1.5-2 1.5-5.5A3.5 3.5 0 0 1 8 2zM6.5 13.5h3',
  aim: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3zM8 1v4M8 11v4M1 8h4M11 8h4',
  radar: 'M8 2a6 6 0 1 1-6 6M8 5a3 3 0 1 1-3 3M8 8L3.8 3.8',
  history: 'M2.5 8A5.5 5.5 0 1 0 4 4.2M2.5 2.5v3h3M8 5v3l2 1.5',
} as const;
export type IconName = keyof typeof SHAPES;

export function Icon(props: { readonly name: IconName; readonly size?: number }): ReactNode {
  const size = props.size ?? 16;
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={SHAPES[props.name]} />
    </svg>
  );
}
