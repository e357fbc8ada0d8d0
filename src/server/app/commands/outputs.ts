import { sentinelTemplate, TEMPLATE_SUBJECTS } from '#core/output/index.ts';
import { type Run, UsageError } from '../command.ts';

/** `weir outputs template`: what makes the table in Microsoft Sentinel that an output sends to. */
export const run: Run = async (invocation, around) => {
  const [verb = '', subject = ''] = invocation.arguments;
  if (verb !== 'template')
    throw new UsageError(`weir outputs cannot ${verb}`, 'Write weir outputs template TABLE.');
  if (!TEMPLATE_SUBJECTS.includes(subject))
    throw new UsageError(
      `there is no table ${subject}`,
      `Write alerts, incidents, or a table such as ${TEMPLATE_SUBJECTS.slice(2, 4).join(' or ')}. For the answers of a query, begin with the table that is most like them.`,
    );
  around.stdout.write(`${JSON.stringify(sentinelTemplate(subject), undefined, 2)}\n`);
  return 0;
};
