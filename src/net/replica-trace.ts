/** The trace events of a replica's steps: puts accepted and refused, gets answered, pulls answered and merged. */
import type { Get, GetAnswer, PulledAnswer } from '../core/messages.js';
import { fieldsOfResult } from '../core/results.js';
import type { TraceBody } from '../core/trace.js';
import type { Observer } from '../impl/durable.js';
import { clockOf, type Replica, vectorOf } from '../impl/replica.js';

type Trace = (event: TraceBody) => void;

const traceAnswer = (trace: Trace, { client, key, atLeast, require }: Get, answer: GetAnswer, replica: Replica): void => {
  const { result, stamp, value } = fieldsOfResult(answer);
  trace({ type: 'answer', client, key, atLeast, require, result, stamp, value, vv: vectorOf(replica) });
};

/** An observer that traces the events of a replica, at the instant of each step and before the step's changes reach the log. */
export const observeReplica =
  (trace: Trace): Observer =>
  (replica, message, { answer, append }) => {
    if (append?.replica !== undefined) trace({ type: 'renewed', replica: append.replica });
    if (message.type === 'get') {
      traceAnswer(trace, message, answer as GetAnswer, replica);
    } else if (message.type === 'put' && answer.type === 'accepted') {
      const { client, session, clientTime, clock, require, key, value } = message;
      const { stamp } = answer;
      trace({ type: 'accept', client, session, clientTime, clock, require, key, value, stamp, repeated: append === undefined });
    } else if (message.type === 'put' && (answer.type === 'behind' || answer.type === 'refused')) {
      const { client, session, clientTime, require } = message;
      const reason = answer.type === 'behind' ? answer.type : answer.reason;
      trace({ type: 'refuse', client, session, clientTime, reason, require, vv: vectorOf(replica) });
    } else if (message.type === 'pull' || message.type === 'merge') {
      const { name: pull } = message;
      if (pull === undefined) return;
      if (message.type === 'pull') {
        const { after, writes, upTo, vv, clock } = answer as PulledAnswer;
        trace({ type: 'pullAnswered', puller: message.puller, pull, asked: message.vv, after, writes, upTo, vv, clock });
      } else {
        trace({ type: 'merged', peer: message.pulled.from, pull, vv: vectorOf(replica), clock: clockOf(replica) });
      }
    }
  };
