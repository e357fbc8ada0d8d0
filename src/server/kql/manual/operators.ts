/** Operators of queries and of expressions. Source: https://learn.microsoft.com/kusto/query, the page of each operator. */
export const OPERATORS: Readonly<Record<string, string>> = {
  // Of tables.
  alias:
    'Another name for the database that is asked.\nalias database d = cluster("weir").database("weir");',
  as: 'Names the rows so far, so that they can be used again later in the query.\n… | as Denied | union (Denied | summarize count())',
  consume: 'Reads all rows and returns none; for measuring.',
  count: 'The number of rows.\nFlows | count',
  datatable:
    'A table written into the query.\ndatatable(Port:int, Name:string)[443, "https", 22, "ssh"]',
  distinct: 'Each different combination of the columns once.\nFlows | distinct SrcIp, DestPort',
  evaluate: 'Calls a plug-in that takes and gives a table.\n… | evaluate bag_unpack(Properties)',
  extend:
    'Adds columns that are computed, or replaces those of the same name.\n… | extend Total = In + Out',
  externaldata: 'Reads a file from elsewhere; only addresses that an administrator allows.',
  facet: 'One table for each column named: its values and how often each occurs.',
  find: 'The rows of several tables in which a condition holds.',
  fork: 'Runs several queries over the same rows and returns their tables.',
  getschema: 'The columns of the table, one a row, with their types.',
  invoke: 'Calls a function whose first parameter is the table so far.',
  join: 'Puts rows of two tables together where keys are equal. kind= says which: innerunique (when left out: each left key once), inner, leftouter, rightouter, fullouter, leftsemi, rightsemi, leftanti, rightanti.\nA | join kind=inner (B) on Key',
  let: 'Names a value, a table or a function for the rest of the query.\nlet since = ago(1d);',
  limit: 'Any rows, at most this many; the same as take.',
  lookup:
    'Adds columns of a smaller table to each row with the same key. kind= is leftouter (when left out) or inner.\nFlows | lookup Hosts on SrcIp',
  'macro-expand':
    'Runs a query over each database of a group; only the one that is asked can be in it.\nmacro-expand entity_group [database("weir")] as X (X.Flows | count)',
  'make-series':
    'Series of values over a regular axis, with a default where there are no rows.\nFlows | make-series Bytes = sum(BytesSrcToDest) default = 0 on TimeGenerated from ago(1d) to now() step 1h by SrcIp',
  'mv-apply': 'Runs a query over the elements of an array, for each row by itself.',
  'mv-expand': 'One row for each element of an array, or each property of a bag.',
  order: 'Sorts rows; descending and nulls last unless told otherwise. The same as sort.',
  parse:
    'Takes a text apart by a pattern into new columns; empty where it does not match.\n… | parse Message with "from " Src " to " Dest',
  'parse-kv': 'Takes name=value pairs of a text apart into columns.',
  'parse-where': 'As parse, and drops the rows that do not match.',
  partition: 'Runs a query for each value of a column by itself and puts the results together.',
  print: 'One row of computed values.\nprint now(), 6 * 7',
  project:
    'Only these columns, in this order, renamed or computed as wanted.\n… | project SrcIp, Total = In + Out',
  'project-away': 'All columns but these; * stands for any letters.',
  'project-keep': 'Only these columns, in the order they had.',
  'project-rename': 'Gives columns other names.\n… | project-rename Client = SrcIp',
  'project-reorder': 'Moves columns to the front, in this order.',
  range: 'Rows of one column from a value to a value by a step.\nrange Hour from 0 to 23 step 1',
  reduce: 'Groups texts that look alike.',
  render:
    'How the rows are drawn: timechart, linechart, areachart, stackedareachart, barchart, columnchart, piechart, scatterchart, card or table.\n… | render timechart with (title="Bytes", kind=stacked)',
  sample: 'Rows taken at random, at most this many.',
  'sample-distinct': 'Different values of a column taken at random, at most this many.',
  scan: 'Walks over sorted rows by steps that depend on each other: finds sequences of events.',
  restrict:
    'Before the query of somebody else: the only tables and names that it may use.\nrestrict access to (MyView);',
  search: 'Rows in which any column holds a text.',
  serialize:
    'Says that the order of rows counts from here on, for prev(), next() and row_number().',
  sort: 'Sorts rows; descending and nulls last unless told otherwise.\n… | sort by Bytes desc',
  summarize:
    'One row for each group, with aggregates of the rows in it.\nFlows | summarize Bytes = sum(BytesSrcToDest) by SrcIp, bin(TimeGenerated, 1h)',
  take: 'Any rows, at most this many.\nFlows | take 10',
  top: 'The first rows by an order.\n… | top 10 by Bytes desc',
  'top-hitters': 'The most frequent values of a column, approximately.',
  'top-nested': 'The first values of one column, within each the first of another, and so on.',
  union:
    'The rows of several tables after each other. kind=outer keeps every column, inner the common ones; withsource= names a column for the table; isfuzzy=true lets tables be missing.',
  where:
    'Only rows for which the condition holds.\nFlows | where FlowStatus == "Denied" and TimeGenerated > ago(1h)',
  filter: 'Only rows for which the condition holds; the same as where.',
  materialize: 'Computes a table once, though the query uses it several times.',
  toscalar: 'The first value of the first row of a table, as a value.',
  // Of values.
  and: 'True when both are.',
  or: 'True when one is, or both.',
  between: 'Within a range, both ends included.\nDestPort between (1 .. 1023)',
  '!between': 'Outside a range.',
  has: 'Holds this as a whole word; letters may be small or capital. Faster than contains.\nAclRule has "deny"',
  has_cs: 'Holds this as a whole word, letters exactly as written.',
  has_any: 'Holds at least one of these as a whole word.',
  has_all: 'Holds each of these as a whole word.',
  hasprefix: 'Holds a word that begins so.',
  hasprefix_cs: 'Holds a word that begins so, letters exactly as written.',
  hassuffix: 'Holds a word that ends so.',
  hassuffix_cs: 'Holds a word that ends so, letters exactly as written.',
  contains:
    'Holds these letters anywhere; letters may be small or capital. has is faster for whole words.',
  contains_cs: 'Holds these letters anywhere, exactly as written.',
  startswith: 'Begins so; letters may be small or capital.',
  startswith_cs: 'Begins so, letters exactly as written.',
  endswith: 'Ends so; letters may be small or capital.',
  endswith_cs: 'Ends so, letters exactly as written.',
  in: 'Equals one of these; in~ lets letters be small or capital.\nDestPort in (22, 3389)',
  matches: 'matches regex: a regular expression (RE2) fits a part of the text.',
};
