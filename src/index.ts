/**
 * bayou: a replicated key-value store with session guarantees.
 *
 * @packageDocumentation
 */
export { MASTER_GUARANTEES, type GetResult, type Guarantees, type PutResult, type SessionToken } from './core/session.js';
