/** Steps of Bayou's model in words. */
import { valueOf } from '../../model/protocol/put-identity.js';
import { showStamp } from '../../model/checking/texts.js';
import { newestAt, serverIn, serverOfStep, sessionIn, writeText, type WhyScene } from './scene.js';
import { stampFor } from '../../model/protocol/session.js';
import { sameWrite } from '../../model/protocol/write-log.js';
import { pulledIn, pullText } from './pulled.js';

const putText = (scene: WhyScene, step: number): string => {
  const [before, after] = [scene.moments[step - 1], scene.moments[step]!];
  const [client, ...args] = after.label!.args.map(String);
  const [was, is] = [sessionIn(before, client), sessionIn(after, client)];
  const key = was?.unanswered?.key ?? args.at(-1)!;
  const stamp = stampFor(is?.wrote ?? [], key);
  const at = serverOfStep(after);
  const where = at === undefined ? '' : ` at ${at}`;
  const again = after.label!.family === 'RepeatPut' ? ' again' : '';
  if (is === was || stamp === undefined) return `${client} puts ${key}${again}${where}: ${after.note ?? 'refused'}`;
  const value = is === undefined ? '' : valueOf(is.client, is.clientTime, is.number);
  return `${client} puts ${writeText({ key, value })}${again}${where}, which stamps it ${showStamp(stamp)}`;
};

const getText = (scene: WhyScene, step: number): string => {
  const after = scene.moments[step]!;
  const [client, ...args] = after.label!.args.map(String);
  const key = args.at(-1)!;
  const at = serverOfStep(after);
  const server = at === undefined ? undefined : serverIn(scene.moments[step - 1], at);
  const value = (after.note ?? '').slice(key.length + 1).replace(/ at s\d+$/, '');
  const write = server === undefined || value.startsWith('ERR_') ? undefined : newestAt(scene, server, key);
  return `${client} gets ${key}${at === undefined ? '' : ` from ${at}`}: ${value}${write === undefined ? '' : `, stamped ${showStamp(write)}`}`;
};

const pulledText = (scene: WhyScene, step: number): string => {
  const pulled = pulledIn(scene, step);
  const [puller, answerer] = scene.moments[step]!.label!.args.map(String);
  return pulled === undefined ? `${puller} pulls from ${answerer}` : pullText(scene, pulled);
};

/** The stamp of a put whose answer is lost, in words. Its session does not know the stamp, so the stamp is looked up in the server's log. */
const unansweredText = (scene: WhyScene, step: number, client: string, server: string): string => {
  const [before, after] = [scene.moments[step - 1], scene.moments[step]!];
  const key = String(after.label!.args.at(-1));
  const former = serverIn(before, server)?.log ?? [];
  const write = serverIn(after, server)?.log.find((w) => !former.some((x) => sameWrite(x, w)));
  const done =
    write === undefined
      ? `${client} puts ${key} at ${server}`
      : `${client} puts ${writeText(write)} at ${server}, which stamps it ${showStamp(write)}`;
  return `${done}, and the answer is lost`;
};

/** The model's note of an answer of which only the log is read yet (V2). */
const LOG_READ = 'the log is read';

const stabilizeText = ({ config }: WhyScene): string =>
  config.variant === 'V4'
    ? `stabilize: ${config.rounds} rounds of pulls among the servers of each partition, whether that is enough or not`
    : 'stabilize: rounds of pulls among the servers of each partition until nobody lacks anything';

/** A step in words. `step` counts from 1. */
// eslint-disable-next-line max-lines-per-function -- a case for each kind of step, a sentence each.
export const tellStep = (scene: WhyScene, step: number): string => {
  const { label, note } = scene.moments[step]!;
  const { family, args } = label!;
  const [first = '', second = ''] = args.map(String);
  switch (family) {
    case 'Put':
    case 'RepeatPut':
      return putText(scene, step);
    case 'Get':
      return getText(scene, step);
    case 'Pull':
    case 'Receipt':
      return pulledText(scene, step);
    case 'PutUnanswered':
      return unansweredText(scene, step, first, second);
    case 'PutDelayed':
      return `${first} puts ${String(args.at(-1))} at ${second}: it is on its way, and ${first} waits for no answer`;
    case 'PutArrives':
      return `a put that was on its way arrives at ${first}: ${note ?? ''}`;
    case 'GiveUp':
      return `${first} gives its put up: nobody knows its outcome`;
    case 'ReadLog':
      return `${second} reads its log for ${first}’s next pull, and not yet its vector`;
    case 'ReadVector':
      return scene.config.grain === 'messages'
        ? `${first} reads its vector only now, and answers ${second}`
        : `${pulledText(scene, step)}; the answer’s vector is read only now`;
    case 'Request':
      return `${first} asks ${second} for what it lacks`;
    case 'Answer':
      return note === LOG_READ
        ? `${first} reads its log for an answer to ${second}, and not yet its vector`
        : `${first} answers ${second}${note === undefined ? '' : `: ${note}`}`;
    case 'AddWrites':
      return `${first} adds the writes that it has claimed`;
    case 'Lose':
      return `a message is lost: ${note ?? ''}`;
    case 'Duplicate':
      return `a message is repeated: ${note ?? ''}`;
    case 'Kill':
      return `${first} is killed`;
    case 'Restart':
      return `${first} comes back with its log`;
    case 'RestartBlank':
      return `${first} comes back without its log, as replica ${serverIn(scene.moments[step], first)?.replica ?? ''}`;
    case 'Copy':
      return `somebody copies the log of ${first}`;
    case 'PutBack':
      return `${first} is put back from the copy of its log, as replica ${serverIn(scene.moments[step], first)?.replica ?? ''}`;
    case 'TakeToken':
      return `somebody takes a token of ${first}’s session`;
    case 'StartSession':
      return second === 'anew'
        ? `${first}’s session ends, and a new one starts anew`
        : `${first}’s session ends, and a new one goes on from the token`;
    case 'ChangeLink':
      return `the link ${first} is ${note ?? 'changed'}`;
    case 'BreakLink':
      return `the link of ${first} and ${second} is cut`;
    case 'MakeLink':
      return `the link of ${first} and ${second} is made`;
    case 'Stabilize':
      return stabilizeText(scene);
    default:
      return [family, ...args, ...(note === undefined ? [] : [`(${note})`])].join(' ');
  }
};
