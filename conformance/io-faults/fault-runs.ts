/**
 * Does a fault at every call that a log makes to its disk (R7, R10). A run has puts, merges, closings and openings. It is done once without a
 * fault, to count its calls, and then once for each call and each kind of fault. After each run the log is opened without faults, and must have every
 * acknowledged put.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { PulledAnswer, Put } from '#bayou/core/messages.js';
import type { Stamp, Write } from '#bayou/core/write.js';
import { openDurable, type DurableReplica } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import type { Log } from '#bayou/impl/log/log.js';
import { clockOf, vectorOf } from '#bayou/impl/replica.js';
import { diceOf, type DiceThrow } from '../common/seeded-chance.js';
import { FailingDisk, type DiskFault, type FaultKind } from './failing-disk.js';
import { openStandIn } from './level-stand-in.js';

/** The kinds of faults, in the order of the report. */
export const KINDS: ReadonlyArray<FaultKind> = ['kill', 'full', 'EIO', 'short'];

/** One run with its faults. These fields alone repeat it. */
export interface Case {
  readonly seed: number;
  readonly fsync: boolean;
  /** The number of batches of puts. */
  readonly batches: number;
  readonly fault: DiskFault | undefined;
  /** The fault of the opening after the run. */
  readonly openingFault: DiskFault | undefined;
}

/** The outcome of a run; `wrong` is empty where there is no failure. */
export interface FaultOutcome {
  /** The number of the run's calls. */
  readonly calls: number;
  /** The number of acknowledged puts. */
  readonly acknowledged: number;
  /** The types of refusals of openings that had a fault. */
  readonly refusals: ReadonlyArray<string>;
  readonly wrong: ReadonlyArray<string>;
}

/** The second fault comes within this number of calls of an opening. */
const OPENING_CALLS = 70;

const FOLDER = '/data';
const SERVER = 1;
const PEER = '2.0';

interface Accepted {
  readonly put: Put;
  readonly stamp: Stamp;
}

/** The books of a run, over all lives of the server: what the outside was told, and what went wrong. */
interface Known {
  readonly accepted: Accepted[];
  /** By stamp, the put that was given it. */
  readonly stamps: Map<string, string>;
  /** The identity of the server when it was last open. */
  identity: string | undefined;
  /** Is the process dead? Then its answers reach nobody. */
  readonly isDead: () => boolean;
  /** The number of changes of its identity that nobody was told of yet. After a fault the server may have the old identity, the new one, or another. */
  changing: number;
  /** The greatest accept time of a peer that the server has acknowledged. */
  peer: number;
  readonly refusals: string[];
  readonly wrong: string[];
  clientTime: number;
}

const nameOf = (put: Put): string => `${put.client}/${put.session}/${put.clientTime}`;

const makeLog = (disk: FailingDisk, fault: DiskFault | undefined, fsync: boolean): Log => {
  const files = disk.begin(fault);
  return createDiskLog(FOLDER, {
    files,
    openDatabase: openStandIn(files),
    fsync,
    bootId: 'boot',
    machineId: 'machine',
    sealMs: 0,
    takeInMs: 60_000,
    takeInCount: 5,
    fileBytes: 700,
    maxBehind: 12,
  });
};

/** Opens the log. Notes a failure where the log is refused, or comes back as another replica without a reason. */
const open = async (known: Known, log: Log, faulty: boolean): Promise<DurableReplica | undefined> => {
  const opened = await openDurable(log, { server: SERVER, freshIncarnation: 0 });
  if (E.isLeft(opened)) {
    known.refusals.push(opened.left.type);
    if (!faulty) known.wrong.push(`refused: ${opened.left.message}`);
    else if (opened.left.type === 'damaged') known.wrong.push(`a fault of the disk was called damage: ${opened.left.message}`);
    return undefined;
  }
  const { replica, found, note } = opened.right;
  if (known.identity !== undefined && known.identity !== replica.id && known.changing === 0) {
    known.wrong.push(`another replica, ${replica.id} after ${known.identity}: the log was found ${found}, it ${note ?? ''}`);
  }
  known.identity = replica.id;
  known.changing = 0;
  return opened.right;
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const putOf = (dice: DiceThrow, known: Known): Put => ({
  type: 'put',
  client: 9,
  session: '5e55',
  replica: null,
  clientTime: ++known.clientTime,
  clock: 0,
  key: 'abcdefgh'.charAt(Math.floor(dice() * 8)),
  value: `${known.clientTime}`.padEnd(1 + Math.floor(dice() * 120), '.'),
  require: [],
});

const ask = (known: Known, replica: DurableReplica, put: Put): void => {
  replica.handle(put, (answer) => {
    if (answer.type !== 'accepted' || known.isDead()) return;
    const stamp = `${answer.stamp.t}@${answer.stamp.r}`;
    const other = known.stamps.get(stamp);
    if (other !== undefined && other !== nameOf(put)) known.wrong.push(`${stamp} was given to ${other} and to ${nameOf(put)}`);
    known.stamps.set(stamp, nameOf(put));
    known.accepted.push({ put, stamp: answer.stamp });
  });
};

/** R9: takes two of a peer's writes in, in one part or in two. */
const takeIn = (dice: DiceThrow, known: Known, { replica, handle }: Pick<DurableReplica, 'replica' | 'handle'>): void => {
  const t = clockOf(replica) + 1;
  const writeAt = (time: number): Write => {
    const key = 'abcdefgh'.charAt(Math.floor(dice() * 8));
    return { t: time, r: PEER, client: 8, clientTime: time, key, value: `${time}` };
  };
  const writes = [writeAt(t), writeAt(t + 1)];
  const all: PulledAnswer = { type: 'pulled', from: PEER, after: null, upTo: null, writes, vv: [[PEER, t + 1]], clock: t + 1 };
  const between: Stamp = { t, r: PEER };
  const parts: PulledAnswer[] = [
    { ...all, writes: writes.slice(0, 1), upTo: between },
    { ...all, writes: writes.slice(1), after: between },
  ];
  const asked = vectorOf(replica);
  for (const pulled of dice() < 0.5 ? [all] : parts) {
    handle({ type: 'merge', asked, pulled }, (answer) => {
      if (answer.type === 'merged' && answer.kind === 'last' && !known.isDead()) known.peer = Math.max(known.peer, t + 1);
    });
  }
};

/** R7a: a peer claims more of this replica than it has, which makes it another replica. */
const outdate = (known: Known, { replica, handle }: Pick<DurableReplica, 'replica' | 'handle'>): void => {
  const before = replica.id;
  known.changing++;
  handle({ type: 'pull', puller: PEER, vv: [[replica.id, clockOf(replica) + 9]], after: null }, (answer) => {
    // A log that failed meanwhile answers as the earlier replica, and takes no more changes. The next opening shows which identity it has.
    if (answer.type !== 'pulled' || known.isDead() || answer.from === before) return;
    known.identity = answer.from;
    known.changing--;
  });
};

/** Does batches of puts, openings and closings, until all batches are done or the process is dead. */
const live = async (disk: FailingDisk, known: Known, c: Case): Promise<void> => {
  const dice = diceOf(c.seed);
  const log = makeLog(disk, c.fault, c.fsync);
  let replica = await open(known, log, true);
  for (let batch = 0; batch < c.batches && !disk.isDead(); batch++) {
    if (replica === undefined) return;
    const size = 1 + Math.floor(dice() * 4);
    for (let i = 0; i < size; i++) ask(known, replica, putOf(dice, known));
    const calls = { replica: replica.replica, handle: replica.handle.bind(replica) };
    if (dice() < 0.2) takeIn(dice, known, calls);
    if (dice() < 0.1) outdate(known, calls);
    // Some batches wait until the database has taken the journal in; others run on meanwhile.
    if (dice() < 0.6) for (let i = 0; i < 6; i++) await nextTurn();
    if (dice() < 0.15) {
      await replica.close();
      replica = disk.isDead() ? undefined : await open(known, log, true);
    }
  }
  if (dice() < 0.5 && replica !== undefined && !disk.isDead()) await replica.close();
  for (let i = 0; i < 6; i++) await nextTurn();
};

/** R3, R10: checks that the log has every acknowledged put, and recognises it. */
const checkAll = async (disk: FailingDisk, known: Known, c: Case): Promise<void> => {
  disk.kill();
  if (c.openingFault !== undefined) {
    const half = await open(known, makeLog(disk, c.openingFault, c.fsync), true);
    if (!disk.isDead()) await half?.close();
    await nextTurn();
    disk.kill();
  }
  const log = makeLog(disk, undefined, c.fsync);
  const replica = await open(known, log, false);
  if (replica === undefined) return;
  for (const { put, stamp } of known.accepted) {
    replica.handle({ type: 'get', client: put.client, key: put.key, atLeast: null, require: [] }, (now) => {
      if (now.type !== 'found' || now.stamp.t < stamp.t) known.wrong.push(`${nameOf(put)} was acknowledged and is gone`);
    });
  }
  const claimed = vectorOf(replica.replica).find(([r]) => r === PEER)?.[1] ?? 0;
  if (claimed < known.peer) known.wrong.push(`up to ${known.peer} of ${PEER} were taken in, and it knows them up to ${claimed}`);
  for (const { put, stamp } of known.accepted) {
    replica.handle({ ...put, replica: stamp.r }, (answer) => {
      if (answer.type !== 'accepted' || answer.stamp.t !== stamp.t) known.wrong.push(`${nameOf(put)} is not recognised`);
    });
  }
  const dice = diceOf(c.seed, 1);
  for (let i = 0; i < 3; i++) ask(known, replica, putOf(dice, known));
  await nextTurn();
  await replica.close();
  const reopened = await open(known, log, false);
  await reopened?.close();
};

/** Does one run. */
export const runCase = async (c: Case): Promise<FaultOutcome> => {
  const disk = new FailingDisk();
  const known: Known = {
    isDead: () => disk.isDead(),
    accepted: [],
    stamps: new Map(),
    identity: undefined,
    changing: 0,
    peer: 0,
    refusals: [],
    wrong: [],
    clientTime: 0,
  };
  await live(disk, known, c);
  const { calls } = disk;
  const acknowledged = known.accepted.length;
  await checkAll(disk, known, c);
  return { calls, acknowledged, refusals: known.refusals, wrong: known.wrong };
};

/** The sums of all runs of one kind of fault. */
export interface FaultTally {
  readonly kind: FaultKind;
  readonly runs: number;
  readonly acknowledged: number;
  /** The numbers of openings that were refused because of the fault, by the type of the refusal. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** A case with failures. */
export interface FailedCase {
  readonly failed: Case;
  readonly wrong: ReadonlyArray<string>;
}

/** Does all faults of a run, each alone, and each with a second fault in the opening after it. The first case with a failure ends it. */
export const runAll = async (
  base: Omit<Case, 'fault' | 'openingFault'>,
): Promise<E.Either<FailedCase, { readonly calls: number; readonly tallies: ReadonlyArray<FaultTally> }>> => {
  const none: Case = { ...base, fault: undefined, openingFault: undefined };
  const clean = await runCase(none);
  if (clean.wrong.length > 0) return E.left({ failed: none, wrong: clean.wrong });
  const dice = diceOf(base.seed, 2);
  const tallies: FaultTally[] = [];
  for (const kind of KINDS) {
    const refusals: Record<string, number> = {};
    let [acknowledged, runs] = [0, 0];
    for (let at = 1; at <= clean.calls; at++) {
      const fault: DiskFault = { kind, at, part: dice() };
      const second = KINDS[Math.floor(dice() * KINDS.length)] ?? 'kill';
      const openingFault: DiskFault = { kind: second, at: 1 + Math.floor(dice() * OPENING_CALLS), part: dice() };
      for (const each of [
        { ...none, fault },
        { ...none, fault, openingFault },
      ]) {
        const outcome = await runCase(each);
        if (outcome.wrong.length > 0) return E.left({ failed: each, wrong: outcome.wrong });
        runs++;
        acknowledged += outcome.acknowledged;
        for (const type of outcome.refusals) refusals[type] = (refusals[type] ?? 0) + 1;
      }
    }
    tallies.push({ kind, runs, acknowledged, refusals });
  }
  return E.right({ calls: clean.calls, tallies });
};
