import type { ReactNode } from 'react';
import { kqlTime } from '#web/base/kql.ts';
import { Link } from '#web/base/router.ts';
import { dataExtent, useRoute } from '#web/query/index.ts';
import { Empty, Failed, Loading } from '#web/widgets/index.ts';

const DAY = 86_400_000;

/** Questions to begin with, about the last day of the data at hand. */
export function Starters(props: { readonly onOpen: (query: string) => void }): ReactNode {
  const status = useRoute('status', {});
  const data = dataExtent(status.data);
  if (status.error) return <Failed error={status.error} onRetry={status.retry} />;
  if (!status.data) return <Loading lines={4} />;
  if (!data)
    return (
      <Empty title="There are no flows to ask about yet.">
        <p>
          <Link href="/load">Load files</Link> first; any table can be queried as soon as it has
          rows.
        </p>
      </Empty>
    );
  const since = data.to < Date.now() - DAY ? kqlTime(data.to - DAY) : 'ago(1d)';
  const starters = [
    [
      'Which rules deny most?',
      `TrafficByRule\n| where TimeGenerated > ${since} and FlowStatus == "Denied"\n| summarize Denied = sum(DeniedFlows) by AclRule, FlowDirection\n| top 10 by Denied desc`,
    ],
    [
      'How do flows run over time?',
      `Flows\n| where TimeGenerated > ${since} and IsFlowStart and IsPrimary\n| summarize Flows = count() by bin(TimeGenerated, 10m), FlowStatus\n| render timechart`,
    ],
    [
      'Who moves the most bytes?',
      `Flows\n| where TimeGenerated > ${since} and IsPrimary\n| summarize Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc) by SrcIp, DestIp\n| top 20 by Bytes desc`,
    ],
    ['What does one flow record look like?', `Flows\n| where TimeGenerated > ${since}\n| take 50`],
  ] as const;
  return (
    <Empty title="Write a query above, or begin with a question.">
      <ul className="starters">
        {starters.map(([question, query]) => (
          <li key={question}>
            <button type="button" className="link" onClick={() => props.onOpen(query)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}
