/** Shows a page: during the check if the check takes long, otherwise once everything is known. */
import { spawn } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import { answering } from '../../explorer/answering.js';
import type { Question, Reply } from '../../explorer/asked.js';
import { judgedModel } from '../../checked-model/checked-model.js';
import { say } from '../../command-line/say.js';
import { UsageError } from '../../command-line/exit.js';
import { print } from '../out.js';
import type { ExploreArgs } from './explore-args.js';
import { htmlOf } from '../../explorer/data/page-file.js';
import type { CheckLog } from './check-log.js';
import { wordsOf, type ExplorationWithModel } from '../../explorer/data/make-exploration.js';
import { serve, type RunningPageServer } from './page-server.js';

// --- opening it ------------------------------------------------------------------------------------------------------------

/** The command that opens an address in the browser, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, ReadonlyArray<string>>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens the page in the browser. Where there is none, the user has the address on the terminal. */
const openIn = (address: string): void => {
  const [command = 'xdg-open', ...words] = OPENERS[process.platform] ?? [];
  spawn(command, [...words, address], { stdio: 'ignore', detached: true })
    .on('error', () => say(`bayou explore: ${command} cannot be run: open the address yourself`))
    .unref();
};

// --- the page --------------------------------------------------------------------------------------------------------------

/** A page that is shown until it is ended. More runs may be added to it. */
export class ShownPage {
  readonly #args: ExploreArgs;
  #running: Promise<E.Either<string, RunningPageServer>> | undefined;
  #page = '';
  #answer: ((question: Question) => Reply) | undefined;
  #log: CheckLog | undefined;
  /** Does the page show everything, including what the check found? */
  #isWhole = false;

  constructor(args: ExploreArgs) {
    this.#args = args;
  }

  /** Shows what was explored so far, while a check is running. */
  readonly meanwhile = (explored: ExplorationWithModel, log: CheckLog): void => {
    this.#log = log;
    this.#take(explored);
    void this.#start().then((running) => {
      if (E.isRight(running)) this.#tell(`${explored.exploration.title}: ${explored.exploration.verdict.text}`, running.right);
    });
  };

  /** Shows everything, and resolves when the user ends it. @throws UsageError with one line if the page cannot be shown */
  async show(explored: ExplorationWithModel, interrupted: Promise<void>): Promise<void> {
    const isShown = this.#running !== undefined;
    this.#take(explored);
    this.#isWhole = true;
    const running = await this.#start();
    if (E.isLeft(running)) throw new UsageError(running.left);
    const verdict = `${explored.exploration.title}: ${explored.exploration.verdict.text}`;
    if (isShown) print(verdict);
    else this.#tell(verdict, running.right);
    await interrupted;
    await this.end();
  }

  /** Ends the showing, whether a page was shown or not. */
  async end(): Promise<void> {
    const running = await this.#running;
    if (running !== undefined && E.isRight(running)) await running.right.close();
  }

  #take({ exploration, checked }: ExplorationWithModel): void {
    this.#page = htmlOf(exploration);
    const model = checked !== undefined && exploration.live.by === 'server' ? judgedModel(checked) : undefined;
    this.#answer = checked === undefined || model === undefined ? undefined : answering(model, wordsOf(checked, model));
  }

  #start(): Promise<E.Either<string, RunningPageServer>> {
    const answer = (question: Question): Reply =>
      question.ask === 'check'
        ? { ask: 'check', samples: this.#log?.samples ?? [], isOver: this.#isWhole }
        : (this.#answer?.(question) ?? { ask: 'wrong', why: 'nobody here knows the model' });
    this.#running ??= serve({ page: () => this.#page, answer }, this.#args.port);
    return this.#running;
  }

  #tell(line: string, { address }: RunningPageServer): void {
    print(line);
    print(address);
    say('The page is there until this ends: Ctrl-C.');
    if (this.#args.open) openIn(address);
  }
}
