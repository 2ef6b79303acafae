/* eslint-disable max-lines -- a table: whoever looks for one fault reads its row. */
/**
 * The mutants: one small fault each, put into a copy of the built program. Where the contract names the fault (V1 to V8) the copy's
 * server processes switch it on in `src/impl/policy.ts`; the others replace a piece of text, which must stand there exactly once.
 */

/** A piece of a file's text, and what stands in its place. */
export interface Edit {
  readonly find: string;
  readonly put: string;
}

/** One fault. */
export interface Mutant extends Edit {
  readonly name: string;
  readonly what: string;
  /** Below `dist/`. */
  readonly file: string;
  /** What else it takes, in the same file. */
  readonly also?: Edit;
  /** Is it in what layer 1 runs (`src/impl`)? */
  readonly inImpl: boolean;
  /** Why nobody can notice, where that is so. */
  readonly unobservable?: string;
}

const impl = (name: string, what: string, file: string, find: string, put: string): Mutant => ({
  name,
  what,
  file: `impl/${file}`,
  find,
  put,
  inImpl: true,
});

export const net = (name: string, what: string, file: string, find: string, put: string): Mutant => ({
  name,
  what,
  file,
  find,
  put,
  inImpl: false,
});

/** The switch of `policy.ts`, thrown where replicas are made, in servers and in layer 1 alike. */
const variant = (name: string, what: string, fault: string): Mutant =>
  impl(
    name,
    what,
    'replica.js',
    'const policy = options.faults === undefined ? SHIPPED : policyWith(options.faults, id);',
    `const policy = policyWith({ ${fault}: true }, id);`,
  );

export const MUTANTS: ReadonlyArray<Mutant> = [
  variant('V1', 'original-clock: a put ignores the session’s clock', 'originalClock'),
  variant('V2', 'torn-answer: a pull’s answer has an older log than its vector', 'tornAnswer'),
  impl(
    'V3',
    'amnesia: a killed server comes back under its old identity with nothing',
    'durable.js',
    'options.faults?.amnesia === true',
    'true',
  ),
  net('V4', 'fixed-rounds: stabilize makes one round of pulls', 'master/rounds.js', 'if (isEqual)', 'if (true)'),
  variant('V5', 'no-advance: a pull does not raise the accept time', 'noAdvance'),
  variant('V6', 'no-check: gets are served whatever the session requires', 'noCheck'),
  variant('V7', 'tie: servers with an odd id break ties the other way round', 'tie'),
  variant('V8', 'eager-vv: the vector is taken before the writes', 'eagerVector'),
  impl(
    'V9',
    'reused-session: a put is known by its client and client time alone',
    'client-windows.js',
    '`${client}/${session}`',
    '`${client}`',
  ),
  net(
    'V10',
    'rolled-back: a server goes on under its old identity, whatever its log lacks',
    'impl/log/recovery.js',
    "found === 'whole' && contents.replica !== undefined",
    'contents.replica !== undefined',
  ),
  net(
    'V11',
    'repeat-anywhere: a put without an answer goes to the next server',
    'impl/attempt.js',
    'return askPut({ ...attempt, at: event.replica });',
    'return attempt.servers.length > 1 ? nextServerOfPut(attempt) : askPut({ ...attempt, at: event.replica });',
  ),

  impl('put-vector', 'a put does not raise the own vector', 'replica.js', 'replica.vv.set(stamp.r, stamp.t);', ''),
  impl(
    'put-vector-behind',
    'a put raises the own vector to one below',
    'replica.js',
    'replica.vv.set(stamp.r, stamp.t);',
    'replica.vv.set(stamp.r, stamp.t - 1);',
  ),
  impl('put-clock', 'a put does not move the counter', 'replica.js', 'replica.clock = stamp.t;', ''),
  impl('put-clock-log', 'the durable counter is one behind after a put', 'replica.js', 'clock: stamp.t,', 'clock: stamp.t - 1,'),
  impl('put-repeat', 'a repeated put is accepted anew', 'replica.js', 'if (before !== undefined)', 'if (before === 0)'),
  impl(
    'put-not-logged',
    'a put’s write is not in what goes to the log',
    'replica.js',
    'writes: lost === write ? [] : [write],',
    'writes: [],',
  ),
  impl(
    'get-order',
    'ERR_KEY before ERR_DEP',
    'replica.js',
    "return { type: 'behind' };",
    "return latest(replica.log, message.key) === undefined ? { type: 'missing' } : { type: 'behind' };",
  ),
  impl(
    'pull-clock',
    'a pull’s answer has no accept time',
    'replica.js',
    'vv: vectorOf(replica), clock: replica.clock };',
    'vv: vectorOf(replica), clock: 0 };',
  ),
  impl(
    'pull-vector',
    'a pull’s answer has the asker’s own vector',
    'replica.js',
    'vv: vectorOf(replica), clock: replica.clock };',
    'vv: message.vv, clock: replica.clock };',
  ),
  impl(
    'merge-max',
    'a merge takes the answer’s vector, not the maximum',
    'taking-in.js',
    'const vv = pulled.vv.filter(([r, t]) => raise(replica.vv, r, t));',
    'const vv = pulled.vv.filter(([r, t]) => replica.vv.set(r, t));',
  ),
  impl(
    'merge-first-only',
    'a merge takes the first write alone',
    'taking-in.js',
    'for (const write of pulled.writes) {',
    'for (const write of pulled.writes.slice(0, 1)) {',
  ),
  impl(
    'merge-not-logged',
    'what was pulled does not go to the log',
    'taking-in.js',
    '...ended, writes, drops, vv, clock }',
    '...ended, writes: [], drops, vv, clock }',
  ),
  impl(
    'parts-claim',
    'the first part of a pull raises the vector',
    'taking-in.js',
    "return after === null && upTo === null ? 'last' : 'part';",
    "return 'last';",
  ),
  impl(
    'parts-goal',
    'parts of a pull claim the vector of the last of them, not of the first',
    'taking-in.js',
    'const goal = after === null || before === undefined ? vv : before.goal;',
    'const goal = vv;',
  ),
  impl(
    'parts-not-logged',
    'how far a pull in parts has come is not in the log',
    'taking-in.js',
    'waiting: news, clock: replica.clock, transfers: [...replica.transfers.values()] }',
    'waiting: news, clock: replica.clock }',
  ),
  impl(
    'parts-other-replica',
    'a pull in parts goes on with another replica of the server',
    'taking-in.js',
    'const transfer = known?.from === from ? known : undefined;',
    'const transfer = known;',
  ),
  impl(
    'parts-dropped',
    'the writes of a part are lost',
    'taking-in.js',
    'const news = writes.filter((write) => wait(replica.log, write));',
    'const news = [];',
  ),
  impl(
    'parts-cursor',
    'the next part begins at the beginning again',
    'replica.js',
    'lacking(replica.log, known, after, replica.part)',
    'lacking(replica.log, known, null, replica.part)',
  ),
  impl(
    'parts-seen',
    'the writes of a part are seen before the vector has them',
    'write-log.js',
    'if (isClaimed(log, w) && (top === undefined || log.later(w, top)))',
    'if (top === undefined || log.later(w, top))',
  ),
  impl('restore-clock', 'a restarted replica’s counter is 0', 'replica.js', 'clock: recovered.clock', 'clock: 0'),
  impl('restore-windows', 'a restarted replica remembers no puts', 'replica.js', 'windowsOf(recovered.seen)', 'windowsOf([])'),
  net('print-order', 'printStore sorts the wrong way round', 'master/cluster.js', '(a < b ? -1 : 1)', '(a < b ? 1 : -1)'),
  impl(
    'lacking-less',
    'a pull leaves out the next write',
    'write-log.js',
    'Math.max(known + 1, next)',
    'Math.max(known + 2, next)',
  ),
  impl(
    'lacking-more',
    'a pull sends a write that the asker has',
    'write-log.js',
    'Math.max(known + 1, next)',
    'Math.max(known, next)',
  ),
  impl(
    'log-oldest-wins',
    'of two writes the older one is kept',
    'write-log.js',
    '!log.later(write, current)',
    'log.later(write, current)',
  ),
  impl(
    'log-equal',
    'a write that is there is taken again',
    'write-log.js',
    '!log.later(write, current)',
    'log.later(current, write)',
  ),
  impl(
    'log-unlink',
    'a superseded write is dropped from the log and its replica’s others with it',
    'write-log.js',
    'origin.delete(write.t);',
    'origin.clear();',
  ),
  impl('covers', 'a server must have more than is required', 'vector.js', 'if (at(vector, r) < t)', 'if (at(vector, r) <= t)'),
  impl('raise', 'a vector’s entry can go back', 'vector.js', 'if (t <= at(vector, r))', 'if (t === at(vector, r))'),
  impl('replica-order', 'replica ids are ordered as text', 'order.js', 'serverOf(a) - serverOf(b) ||', '(a < b ? -1 : 1) ||'),
  impl(
    'tie',
    'the smaller replica id is the later, everywhere',
    'order.js',
    'compareReplicas(a.r, b.r) > 0)',
    'compareReplicas(a.r, b.r) < 0)',
  ),
  impl(
    'session-clock-get',
    'a get does not raise the session’s clock',
    'session.js',
    'session.clock = Math.max(session.clock, answer.stamp.t);\n    raise(session.readVector',
    'raise(session.readVector',
  ),
  impl(
    'session-clock-put',
    'a put does not raise the session’s clock',
    'session.js',
    'session.clock = Math.max(session.clock, answer.stamp.t);\n    raise(session.writeVector',
    'raise(session.writeVector',
  ),
  impl(
    'session-wrote',
    'a session forgets what it wrote',
    'session.js',
    "note(session, 'wrote', request.key, answer.stamp);",
    '',
  ),
  impl('session-read', 'a session forgets what it read', 'session.js', "note(session, 'read', request.key, answer.stamp);", ''),
  impl(
    'session-either',
    'a get requires what was written, or else what was read, never the greater',
    'session.js',
    'isLater(read, wrote) ? read',
    'false ? read',
  ),
  impl('session-count', 'every put has the same client time', 'session.js', 'session.clientTime++;', 'session.clientTime = 1;'),
  impl('session-wfr', 'Writes Follow Reads is not asked for', 'session.js', 'if (guarantees.writesFollowReads)', 'if (false)'),
  impl(
    'session-floor',
    'keys beyond the bound are forgotten without a floor',
    'session.js',
    'raise(session.floor, oldest[1].r, oldest[1].t);',
    'void oldest;',
  ),
  impl(
    'asking-order',
    'the server that answered last is not asked first',
    'attempt.js',
    '[answeredLast, ...connected.filter((s) => s !== answeredLast)]',
    'connected',
  ),
  impl(
    'asking-one',
    'after ERR_DEP no other server is asked for a get',
    'attempt.js',
    'return nextServerOfGet({ ...attempt, behind: true });',
    "return done(attempt, { type: 'ERR_DEP' });",
  ),
  impl(
    'commit-nothing',
    'nothing is ever written to the log',
    'durable.js',
    'writing = this.#commit(batch.appends);',
    'writing = undefined;',
  ),
  impl(
    'commit-swallow',
    'half of the changes are lost on the way to the log',
    'durable.js',
    'this.#gathering.appends.push(append);',
    'if (append.clock % 2 === 1) this.#gathering.appends.push(append);',
  ),

  // --- identities, repetitions and logs over time (R3, R7a, R10, R11a, R14, R16) ---
  impl(
    'window-content',
    'a put that takes another’s identity is taken for its repetition',
    'client-windows.js',
    'seen.digest === digestOf(put.key, put.value)',
    'true',
  ),
  impl(
    'other-replica',
    'a put that another replica may have is accepted',
    'replica.js',
    'if (message.replica !== null && message.replica !== replica.id)',
    'if (false)',
  ),
  impl('token-clock', 'a session that goes on from a token begins at clock 0', 'session.js', 'clock: token.clock,', 'clock: 0,'),
  impl('token-wrote', 'a token has nothing of what its session wrote', 'session.js', 'wrote: [...session.wrote],', 'wrote: [],'),
  impl(
    'scope-later',
    'a later write to the key does not do in place of the one that is required',
    'replica.js',
    '(write !== undefined && isLater(write, atLeast)) ||',
    '',
  ),
  impl(
    'clock-bound',
    'a session’s clock has no bound',
    'horizon.js',
    "return put.clock > own && (put.clock > own + AHEAD || put.clock > horizonAt(nowMs)) ? 'too-far' : undefined;",
    'return undefined;',
  ),
  impl(
    'peer-bound',
    'what a peer says of accept times has no bound',
    'horizon.js',
    'if (clock > most || latestOf(vv) > most || writes.some((w) => w.t > most))',
    'if (false)',
  ),
  impl(
    'size-bound',
    'a server takes values of any size',
    'horizon.js',
    'key.length > MAX_KEY_BYTES || value.length > MAX_VALUE_BYTES',
    'false',
  ),
  impl(
    'renew-never',
    'a replica of which a peer knows more than it does goes on as it is',
    'replica.js',
    'if (!replica.policy.isOutdated(claimed, at(replica.vv, replica.id)))',
    'if (true)',
  ),
  {
    ...net(
      'lock-none',
      'a log is opened though another process has it',
      'impl/log/disk-log.js',
      'const unlock = await files.lock(directory, guard);',
      'const unlock = async () => {};',
    ),
    unobservable:
      'the database has a lock of its own, which is taken before the journal is read, and whoever is passed by sees another seal: without ours these hold a second process off',
  },
  net(
    'copy-unseen',
    'nothing shows that a folder is a copy',
    'impl/log/recovery.js',
    'const moved = doubt(evidence, count);',
    'const moved = undefined;',
  ),
  net(
    'high-water-unseen',
    'how many changes there were is not looked at',
    'impl/log/recovery.js',
    "const top = Math.max(have, last, typeof evidence.highWater === 'number' ? evidence.highWater : 0, isPlace(place) ? place.last : 0);",
    'const top = Math.max(have, last);',
  ),
  net(
    'session-number',
    'every session has the same number',
    'net/auth.js',
    "newSessionNumber = (chance = NODE.chance) => chance.bytes(16).toString('hex')",
    "newSessionNumber = () => '1'",
  ),

  net(
    'link-half-cut',
    'one end alone is told that a link is cut',
    'master/link-orders.js',
    '[[cut(a, b), cut(b, a)]]',
    '[[cut(a, b)]]',
  ),
  net('link-cut-deaf', 'a server that is told to cut a link keeps it', 'net/links.js', 'this.#refused.add(peer.id);', 'return;'),
  net('client-cut-deaf', 'a client that is told to cut a link keeps it', 'net/client.js', 'links.delete(server);', ''),
  net(
    'join-one-peer',
    'a server that joins is linked to one live server alone',
    'master/link-orders.js',
    'const peers = topology.linkedServers(id);',
    'const peers = topology.linkedServers(id).slice(0, 1);',
  ),
  net(
    'join-empty',
    'a server that joins again gets a new folder',
    'master/members.js',
    '/server-${id}`',
    '/server-${id}-${name}`',
  ),
  net(
    'get-cache',
    'a client answers a get from what it read before',
    'net/getting.js',
    'const request = startGet(this.#o.session, key);',
    "const request = startGet(this.#o.session, key); const old = Getter.cache?.get(key); if (old !== undefined) { resolve(old); return; } const tell = resolve; resolve = (r) => { if (r.type === 'value') (Getter.cache ??= new Map()).set(key, r); tell(r); };",
  ),
  net(
    'get-prints',
    'a get that finds nothing prints an empty value',
    'master/execute.js',
    "a.type === 'value' ? a.value : a.type",
    "a.value ?? ''",
  ),
  net('put-says-nothing', 'a put that failed is no error', 'master/execute.js', "how === 'accepted' ?", 'how !== 0 ?'),
  net(
    'answered-last',
    'whichever server was asked counts as the one that answered',
    'net/getting.js',
    "if (answer.type !== 'refused' && answer.type !== 'behind')",
    'if (true)',
  ),
  net(
    'members-dead',
    'printMemberList prints dead servers',
    'master/cluster.js',
    'a.servers.filter(topology.isLive)',
    'a.servers',
  ),
  net(
    'sync-first-peer',
    'a server pulls from its first peer alone when all are wanted',
    'net/pulling.js',
    'const peers = [...this.#o.peers().values()];',
    'const peers = [...this.#o.peers().values()].slice(0, 1);',
  ),
  net(
    'link-inbound',
    'a server that cuts a link leaves the peer’s own connection open',
    'net/links.js',
    "if (c.peer.id === peer.id && c.peer.role !== 'master')",
    "if (c.peer.id === peer.id && c.peer.role === 'nobody')",
  ),
];
