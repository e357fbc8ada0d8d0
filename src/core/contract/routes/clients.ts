import { defineRoute } from '../route.ts';
import { z } from '../zod.ts';

/** Bodies of other products' clients carry fields that we do not know: they are let through. */
const logAnalyticsInput = z.object({
  /** Kept as a name only: there is one workspace. */
  id: z.string().max(200),
  query: z.string().min(1).max(1_000_000),
  /** ISO 8601: a duration (`PT1H`, until now), or `start/end` where either may be a duration. */
  timespan: z.string().max(100).nullish(),
  workspaces: z.array(z.string()).nullish(),
});

/** A query about one resource. Kept as names only, but for what kind of resource it is. */
const resourceInput = logAnalyticsInput.omit({ id: true }).extend({
  subscription: z.string().max(200),
  group: z.string().max(200),
  provider: z.string().max(200),
  type: z.string().max(200),
  name: z.string().max(200),
});

const metadataInput = logAnalyticsInput.pick({ id: true });

const metadataList = z.array(z.record(z.string(), z.unknown()));
const metadataAnswer = z.object({
  tables: metadataList,
  functions: metadataList,
  workspaces: metadataList,
  categories: metadataList,
  resourceTypes: metadataList,
  solutions: metadataList,
});

/** The requests of a batch, each what would be sent alone. */
const batchInput = z.object({
  requests: z
    .array(
      z.object({
        id: z.string().max(200),
        headers: z.record(z.string(), z.unknown()).nullish(),
        body: logAnalyticsInput.omit({ id: true }),
      }),
    )
    .min(1)
    .max(100),
});

const batchAnswer = z.object({
  responses: z.array(
    z.object({ id: z.string(), status: z.int(), body: z.record(z.string(), z.unknown()) }),
  ),
});

/** What clients read before they log in. */
const authMetadata = z.object({ AzureAD: z.record(z.string(), z.unknown()) });

const kustoInput = z.object({
  db: z.string().max(200).nullish(),
  csl: z.string().min(1).max(1_000_000),
  properties: z.unknown().optional(),
});

const logAnalyticsTable = z.object({
  name: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())),
});

export const kustoTable = z.object({
  TableName: z.string(),
  Columns: z.array(
    z.object({ ColumnName: z.string(), DataType: z.string(), ColumnType: z.string() }),
  ),
  Rows: z.array(z.array(z.unknown())),
});
export type KustoTable = z.infer<typeof kustoTable>;

const kustoV1 = z.object({
  Tables: z.array(kustoTable),
  Exceptions: z.array(z.string()).optional(),
});
export type KustoV1 = z.infer<typeof kustoV1>;

/** Frames of version 2, without progressive mode: DataSetHeader, DataTable…, DataSetCompletion. */
const kustoV2 = z.array(z.looseObject({ FrameType: z.string() }));
export type KustoV2 = z.infer<typeof kustoV2>;

const logAnalyticsAnswer = z.object({
  tables: z.array(logAnalyticsTable),
  /** Asked for with the header `Prefer: include-render=true`. */
  render: z.record(z.string(), z.unknown()).optional(),
  /** Asked for with the header `Prefer: include-statistics=true`. */
  statistics: z.record(z.string(), z.unknown()).optional(),
  /** Set when the rows are not all that there are. */
  error: z.record(z.string(), z.unknown()).optional(),
});
export type LogAnalyticsAnswer = z.infer<typeof logAnalyticsAnswer>;

export const clientRoutes = {
  logAnalyticsQuery: defineRoute({
    method: 'POST',
    path: '/v1/workspaces/:id/query',
    access: 'viewer',
    says: 'A query in the shape of the Log Analytics API.',
    input: logAnalyticsInput,
    output: logAnalyticsAnswer,
    audit: 'query',
    errors: 'log-analytics',
  }),
  logAnalyticsGet: defineRoute({
    method: 'GET',
    path: '/v1/workspaces/:id/query',
    access: 'viewer',
    says: 'The same, with the query in the address.',
    input: logAnalyticsInput.omit({ workspaces: true }),
    output: logAnalyticsAnswer,
    audit: 'query',
    errors: 'log-analytics',
  }),
  logAnalyticsResource: defineRoute({
    method: 'POST',
    path: '/v1/subscriptions/:subscription/resourceGroups/:group/providers/:provider/:type/:name/query',
    access: 'viewer',
    says: 'The same for a workspace by the id of its resource; there is one workspace.',
    input: resourceInput,
    output: logAnalyticsAnswer,
    audit: 'query',
    errors: 'log-analytics',
  }),
  logAnalyticsMetadata: defineRoute({
    method: 'GET',
    path: '/v1/workspaces/:id/metadata',
    access: 'viewer',
    says: 'Tables and functions in the shape of the Log Analytics API.',
    input: metadataInput,
    output: metadataAnswer,
    errors: 'log-analytics',
  }),
  logAnalyticsMetadataPost: defineRoute({
    method: 'POST',
    path: '/v1/workspaces/:id/metadata',
    access: 'viewer',
    says: 'The same by POST.',
    input: metadataInput,
    output: metadataAnswer,
    audit: 'none',
    errors: 'log-analytics',
  }),
  logAnalyticsBatch: defineRoute({
    method: 'POST',
    path: '/v1/$batch',
    access: 'viewer',
    says: 'Several queries in the shape of the Log Analytics API; each is answered or fails for itself.',
    input: batchInput,
    output: batchAnswer,
    audit: 'query',
    errors: 'log-analytics',
  }),
  kustoMetadata: defineRoute({
    method: 'GET',
    path: '/v1/rest/auth/metadata',
    access: 'anyone',
    says: 'What clients of Kusto ask before they log in: where others would. Here an API token does.',
    input: z.object({}),
    output: authMetadata,
    errors: 'kusto',
  }),
  kustoQueryV1: defineRoute({
    method: 'POST',
    path: '/v1/rest/query',
    access: 'viewer',
    says: 'A query in the shape of Kusto, version 1.',
    input: kustoInput,
    output: kustoV1,
    audit: 'query',
    errors: 'kusto',
  }),
  kustoQueryV2: defineRoute({
    method: 'POST',
    path: '/v2/rest/query',
    access: 'viewer',
    says: 'A query in the shape of Kusto, version 2.',
    input: kustoInput,
    output: kustoV2,
    audit: 'query',
    errors: 'kusto',
  }),
  kustoManagement: defineRoute({
    method: 'POST',
    path: '/v1/rest/mgmt',
    access: 'viewer',
    says: 'The management commands that clients use to find out about tables and columns.',
    input: kustoInput,
    output: kustoV1,
    audit: 'none',
    errors: 'kusto',
  }),
};
