import { type ReactNode, useState } from 'react';
import { EXPORT_FORMATS } from '#core/contract/index.ts';
import { download, RequestFailed } from '#web/query/index.ts';
import { Icon, Menu, MenuItem, say } from '#web/widgets/index.ts';

const DETAILS: Readonly<Record<(typeof EXPORT_FORMATS)[number], readonly [string, string]>> = {
  csv: ['CSV', 'for spreadsheets'],
  parquet: ['Parquet', 'with types'],
  json: ['JSON', 'one array of objects'],
  ndjson: ['JSON lines', 'one object to a line'],
};

/** Downloads all rows of a query, not only those the grid took. */
export function ExportMenu(props: { readonly query: string }): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const take = async (format: (typeof EXPORT_FORMATS)[number]) => {
    setBusy(true);
    try {
      await download({
        query: props.query,
        format,
        name: `weir-${new Date().toISOString().slice(0, 16).replace(':', '')}`,
      });
    } catch (error) {
      say(error instanceof RequestFailed ? error.detail.message : 'The export failed');
    }
    setBusy(false);
  };
  return (
    <Menu
      label="Export"
      look="button quiet"
      text={
        <>
          <Icon name="download" size={14} /> {isBusy ? 'Exporting …' : 'Export'}
        </>
      }
    >
      {(close) =>
        EXPORT_FORMATS.map((format) => (
          <MenuItem
            key={format}
            detail={DETAILS[format][1]}
            onSelect={() => {
              close();
              void take(format);
            }}
          >
            {DETAILS[format][0]}
          </MenuItem>
        ))
      }
    </Menu>
  );
}
