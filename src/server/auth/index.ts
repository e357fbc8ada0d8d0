export { FIRST_ACCOUNT } from './accounts.ts';
export { type AuditLog, type AuditRecord, verifyAudit } from './audit.ts';
export { type Auth, type AuthDeps, createAuth, type LoggedIn, type Principal } from './auth.ts';
export { PASSWORD_COST, type PasswordCost } from './password.ts';
export { createQueryHistory, type QueryHistory } from './query-history.ts';
export { Refused } from './refused.ts';
export { createSavedQueries, type SavedQueries } from './saved-queries.ts';
export { SESSION_LIFE, type SessionLife } from './sessions.ts';
export { openState, openStateReadOnly, prepareState, type State } from './state.ts';
