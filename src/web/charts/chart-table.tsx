import type { ReactNode } from 'react';
import { Moment, Num } from '#web/widgets/index.ts';
import { type ChartSpec, toTable } from './spec.ts';

const MOST = 500;

/** The numbers of a chart as a table, for those who cannot or would rather not look at the picture. */
export function ChartTable(props: {
  readonly spec: ChartSpec;
  readonly label: string;
  readonly height: number;
}): ReactNode {
  const { head, rows } = toTable(props.spec);
  return (
    <section
      className="rows chart-table"
      style={{ maxHeight: props.height }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
      tabIndex={0}
      aria-label={props.label}
    >
      <table>
        <thead>
          <tr>
            {head.map((name, i) => (
              <th key={name} scope="col" className={i === 0 ? '' : 'number'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map((row) => (
            <tr key={String(row[0])}>
              {row.map((cell, i) => (
                <td key={head[i]} className={i === 0 ? '' : 'number'}>
                  {i === 0 && typeof cell === 'number' && props.spec.kind === 'time' ? (
                    <Moment at={cell} />
                  ) : typeof cell === 'number' ? (
                    <Num value={cell} unit={props.spec.unit} />
                  ) : (
                    (cell ?? '–')
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
