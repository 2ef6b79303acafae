/**
 * bayou: a replicated key-value store with session guarantees.
 *
 * @packageDocumentation
 */
export type { PutResult } from './core/results.js';
export { MASTER_GUARANTEES, type Guarantees, type SessionToken } from './core/guarantees.js';
export type { Stamp } from './core/write.js';
export {
  connect,
  startServer,
  type BayouServer,
  type BayouSession,
  type Content,
  type SessionGetResult,
  type SessionPutResult,
} from './library.js';
export type { ConnectOptions, ServerAddress, StartServerOptions } from './library-types.js';
export type { PeerStatus, ServerStatus } from './net/meter.js';
export type { Tls } from './net/tls.js';
