/** The bounds of a configuration in words, for the verdict: it holds in these and says nothing beyond. */
import { counted } from '../core/counted.js';
import type { Config } from '../model/checking/config.js';

const some = (count: number | 'unbounded', noun: string): ReadonlyArray<string> =>
  count === 0 ? [] : [count === 'unbounded' ? `any number of ${noun}s` : counted(count, noun)];

const linksText = ({ links }: Config): ReadonlyArray<string> => {
  if (links === 'none') return [];
  return [`links: ${typeof links === 'string' ? links : links.map(([a, b]) => `${a}-${b}`).join(' ')}`];
};

/** One phrase for each bound that is not zero. */
export const boundPhrases = (config: Config): ReadonlyArray<string> => [
  counted(config.servers, 'server'),
  counted(config.clients, 'client'),
  counted(config.keys, 'key'),
  counted(config.puts, 'put'),
  ...linksText(config),
  ...some(config.linkChanges, 'link change'),
  ...some(config.kills, 'kill'),
  ...some(config.blankRestarts, 'restart without the log').map((text) => text.replace('logs', 'log')),
  ...(config.grain === 'messages' ? [`${counted(config.inFlight, 'message')} in flight`] : []),
  ...some(config.losses, 'lost message'),
  ...some(config.duplicates, 'repeated message'),
  ...some(config.lostAnswers, 'lost answer'),
  ...some(config.latePuts, 'late put'),
  ...some(config.newSessions, 'new session'),
  ...(config.restores === 0 ? [] : [`${counted(config.restores, 'server')} put back`]),
  ...(config.stabilize ? ['stabilize'] : []),
  ...(config.variant === 'FIXED' ? [] : [`variant ${config.variant}`]),
];
