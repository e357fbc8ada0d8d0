const CURSORS =
  'has no meaning here: there are no cursors. Compare ingestion_time() with the latest one seen, less some minutes';
const PRINCIPALS = 'is not supported: a query is not told who asks it';
const NO_ROW_IDS =
  'has no meaning here: rows have no ids. Number them with serialize and row_number()';
const CODE = 'is not supported: queries run no code of other languages';

/** Why functions and plug-ins of the language are refused, where there is more to say than that they are. */
export const REASONS: Readonly<Record<string, string>> = {
  current_cursor: CURSORS,
  cursor_after: CURSORS,
  cursor_before_or_at: CURSORS,
  cursor_current: CURSORS,
  current_principal: PRINCIPALS,
  current_principal_details: PRINCIPALS,
  current_principal_is_member_of: PRINCIPALS,
  row_id: NO_ROW_IDS,
  rowstore_ordinal_range: NO_ROW_IDS,
  csharp: CODE,
  python: CODE,
  r: CODE,
  funnel_sequence:
    'is not supported: sequence_detect and funnel_sequence_completion follow sequences, and scan shows what comes before and after',
};
