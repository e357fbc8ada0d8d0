/** `deprecated` and `unsupported` are Sigma's; a template of Sentinel that must not be made a rule is `NotAvailable`. */
const RETIRED: ReadonlySet<string> = new Set(['deprecated', 'unsupported', 'notavailable']);

/** Whether its author says by a rule's status that it should no longer run. Every other status says nothing of that. */
export const isRetired = (status: string | undefined): boolean =>
  status !== undefined && RETIRED.has(status.toLowerCase());
