/** Texts of a run's events, for a reader of the explorer's page. */
import { textOfBytes } from '#bayou/core/bytes.js';
import { serverOf } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { WhyShot } from '#bayou/explorer/shape.js';
import { showStamp, showVector } from '../layer3-traces/rejection.js';

/** The most writes that are listed; of a longer list the number is shown. */
const MAX_WRITES = 3;

const pair = (key: string, value: string | null): string => `${textOfBytes(key)}=${textOfBytes(value ?? '')}`;

const answerText = (e: EventOf<'answer'>): string => {
  const what = `client ${e.client}’s get of ${textOfBytes(e.key)}`;
  if (e.result === 'found') return `answers ${what}: ${textOfBytes(e.value ?? '')}, stamped ${showStamp(e.stamp)}`;
  if (e.result === 'missing') return `answers ${what}: it has no value (ERR_KEY)`;
  return `refuses ${what}: it lacks what the session requires (ERR_DEP)`;
};

const writesText = ({ writes }: EventOf<'pullAnswered'>): string =>
  writes.length === 0
    ? 'nothing is missing'
    : writes.length <= MAX_WRITES
      ? writes.map((w) => `${pair(w.key, w.value)} (${showStamp(w)})`).join(', ')
      : `${writes.length} writes`;

const doneText = (e: EventOf<'getDone'> | EventOf<'putDone'>): string =>
  e.type === 'putDone'
    ? `put ${pair(e.key, e.value)}: ${e.result}${e.stamp === null ? '' : `, stamped ${showStamp(e.stamp)}`}`
    : `get ${textOfBytes(e.key)}: ${e.result === 'value' ? `${textOfBytes(e.value ?? '')}, stamped ${showStamp(e.stamp)}` : e.result}`;

/** An event as a sentence. `who`: its process in words, such as `server 1`. */
export const tellEvent = (e: TraceEvent, who: string): string => {
  switch (e.type) {
    case 'command':
      return `line ${e.line}: ${textOfBytes(e.text)}`;
    case 'result':
      return `line ${e.line} is done${e.output.length === 0 ? '' : `, and prints ${e.output.map(textOfBytes).join(', ')}`}${e.errors.length === 0 ? '' : `: ${e.errors.join('; ')}`}`;
    case 'kill':
      return `the master kills server ${e.server}`;
    case 'died':
      return `server ${e.server} has ended by itself, and the master notices`;
    case 'start':
      return `${who} starts as replica ${e.replica}${e.fresh ? ', with an empty log' : ` with its log: ${showVector(e.vv)}`}`;
    case 'renewed':
      return `${who} goes on as replica ${e.replica}: a peer knew more of it than its log`;
    case 'logFailed':
      return `${who}: its log has failed; it only reads from now on`;
    case 'link':
      return `${who}: the link to ${e.peer} is ${e.up ? 'made' : 'cut'}`;
    case 'accept':
      return `${who} accepts ${pair(e.key, e.value)} of client ${e.client}, and stamps it ${showStamp(e.stamp)}${e.repeated ? ' again' : ''}`;
    case 'refuse':
      return `${who} refuses a put of client ${e.client}: ${e.reason}`;
    case 'answer':
      return `${who} ${answerText(e)}`;
    case 'pullAsked':
      return `${who} asks server ${e.peer} for what it lacks; it has ${showVector(e.vv)}`;
    case 'pullAnswered':
      return `${who} answers server ${serverOf(e.puller)}: ${writesText(e)}`;
    case 'merged':
      return `${who} takes the answer of replica ${e.peer} in; it has ${showVector(e.vv)}`;
    case 'session':
      return `${who} begins a session`;
    case 'asked':
      return e.replica === null
        ? `${who} cannot reach server ${e.server}`
        : `${who} sends a ${e.op} of ${textOfBytes(e.key)} to server ${e.server}`;
    case 'putDone':
    case 'getDone':
      return `${who}: ${doneText(e)}`;
  }
};

/** The label of the arrow that begins at the event. */
export const arrowLabel = (e: TraceEvent): { readonly label: string; readonly stamp?: string } => {
  switch (e.type) {
    case 'accept':
      return { label: pair(e.key, e.value), stamp: showStamp(e.stamp) };
    case 'answer':
      return e.result === 'found' && e.stamp !== null
        ? { label: pair(e.key, e.value), stamp: showStamp(e.stamp) }
        : { label: `${textOfBytes(e.key)}: ${e.result === 'missing' ? 'ERR_KEY' : 'ERR_DEP'}` };
    case 'refuse':
      return { label: e.reason };
    case 'pullAnswered':
      return { label: e.writes.length === 0 ? '' : `${e.writes.length} ${e.writes.length === 1 ? 'write' : 'writes'}` };
    default:
      return { label: '' };
  }
};

/** Explains an answer ERR_DEP: the session's requirement, and the server's vector. */
export const asideOf = (e: TraceEvent, who: string, step: number): WhyShot | undefined => {
  if (e.type !== 'answer' || e.result !== 'behind') return undefined;
  const required = [
    ...(e.require.length === 0 ? [] : [showVector(e.require)]),
    ...(e.atLeast === null ? [] : [`at least ${showStamp(e.atLeast)}`]),
  ].join(', ');
  return {
    headline: `${who} does not have what the session requires of ${textOfBytes(e.key)}, so the get is ERR_DEP there.`,
    compared: [
      { what: `client ${e.client}’s session requires`, text: required === '' ? 'nothing' : required },
      { what: `${who} has`, text: `the vector ${showVector(e.vv)}` },
    ],
    relation:
      e.atLeast === null
        ? 'the vector is not at or above what is required in every entry (R12)'
        : `the vector claims nothing of ${showStamp(e.atLeast)}: whatever the server has may be older (R12, R13)`,
    story: [],
    steps: [step],
    parts: [],
    rules: ['ERR_DEP', 'R12', 'R13'],
  };
};
