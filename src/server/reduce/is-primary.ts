/** Stored columns of Flows that the expression reads. */
export const IS_PRIMARY_NEEDS = [
  'TimeGenerated',
  'SrcIp',
  'DestIp',
  'Source',
  'Observer',
  'FlowDirection',
] as const;

/**
 * Flows.IsPrimary in DuckDB's SQL: true unless RepeatedObservations says that another observer's record of the same two
 * addresses in the same hour is the one that counts. Rows that are not reduced yet are primary. `flow` names the
 * relation with the columns above, `repeated` is RepeatedObservations as a relation.
 */
export const isPrimarySql = (flow: string, repeated: string): string => `NOT EXISTS (
  SELECT 1 FROM ${repeated} AS again
  WHERE again."TimeGenerated" = date_trunc('hour', ${flow}."TimeGenerated")
    AND again."SrcIp" = ${flow}."SrcIp" AND again."DestIp" = ${flow}."DestIp"
    AND again."Source" = ${flow}."Source" AND again."Observer" = ${flow}."Observer"
    AND again."FlowDirection" = ${flow}."FlowDirection")`;
