/** Makes a rejection of a verdict of layer 2, which refuses the result of a command. */
import type { TraceEvent } from '#bayou/core/trace.js';
import type { OracleVerdict } from '../layer2-scripts/oracle.js';
import type { Rejection } from '../layer3-traces/rejection.js';

/** The rejection of the command's result; undefined where layer 2 does not diverge. */
export const rejectionOf = (events: ReadonlyArray<TraceEvent>, oracle: OracleVerdict): Omit<Rejection, 'event'> | undefined => {
  if (oracle.verdict !== 'diverges') return undefined;
  const result = events.find((e) => e.type === 'result' && e.line === oracle.line);
  const allowed = oracle.allowed.length === 0 ? 'nothing' : oracle.allowed.join('  |  ');
  return {
    process: 'master',
    n: result?.n ?? 0,
    rule: 'section 5',
    why: `${oracle.command}: seen was ${oracle.seen}; the model allows ${allowed}`,
  };
};
