import type { ReactNode } from 'react';
import { IconButton } from '#web/widgets/index.ts';

type Path = readonly (string | number)[];

const OPEN_DEPTH = 2;
const MOST_CHILDREN = 200;

/** A dynamic value as a tree that opens level by level; each leaf can become a filter. */
export function JsonTree(props: {
  readonly value: unknown;
  readonly onFilter: (path: Path, value: unknown) => void;
}): ReactNode {
  return (
    <div className="json mono">
      <Branch {...props} path={[]} />
    </div>
  );
}

function Branch(props: {
  readonly value: unknown;
  readonly path: Path;
  readonly onFilter: (path: Path, value: unknown) => void;
}): ReactNode {
  const { value, path } = props;
  const name = path.at(-1);
  const label = name === undefined ? '' : `${name}: `;
  if (typeof value !== 'object' || value === null)
    return (
      <div className="json-leaf">
        <span className="json-name">{label}</span>
        <span>{JSON.stringify(value)}</span>
        {path.length > 0 && (
          <IconButton
            icon="filter"
            label={`Only rows with this ${path.join('.')}`}
            onClick={() => props.onFilter(path, value)}
          />
        )}
      </div>
    );
  const children: [string | number, unknown][] = Array.isArray(value)
    ? value.map((child: unknown, i): [number, unknown] => [i, child])
    : Object.entries(value);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return (
    <details open={path.length < OPEN_DEPTH}>
      <summary>
        <span className="json-name">{label}</span>
        {open} {children.length} {close}
      </summary>
      {children.slice(0, MOST_CHILDREN).map(([key, child]) => (
        <Branch key={key} value={child} path={[...path, key]} onFilter={props.onFilter} />
      ))}
      {children.length > MOST_CHILDREN && (
        <p className="sub">{children.length - MOST_CHILDREN} more; copy the cell to see all</p>
      )}
    </details>
  );
}
