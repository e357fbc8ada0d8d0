import type { ReactNode } from 'react';
import { Pill } from '#web/widgets/index.ts';
import { SEVERITY_TONES, type Severity } from './words.ts';

export function SeverityPill(props: {
  readonly severity: Severity;
  readonly title?: string;
}): ReactNode {
  const { severity, title } = props;
  return (
    <Pill tone={SEVERITY_TONES[severity]} {...(title ? { title } : {})}>
      {severity}
    </Pill>
  );
}
