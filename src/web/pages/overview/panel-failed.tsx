import type { ReactNode } from 'react';
import type { RequestFailed } from '#web/query/index.ts';
import { Failed } from '#web/widgets/index.ts';

/** What a panel says in place of its rows. That the server is away is said once, at the top of the page. */
export function PanelFailed(props: {
  readonly error: RequestFailed;
  readonly retry: () => void;
}): ReactNode {
  if (props.error.status === 0) return <p className="none-here">No answer from the server.</p>;
  return <Failed error={props.error} onRetry={props.retry} />;
}
