/** Commands that make programs say their errors, by the line of docs/errors.md. They run in a folder of their own, beside the servers of the test. */

/** What is there: ports of a plain server (0), of one with TLS (7), and of a listener that says nothing, in `$PLAIN`, `$TLS` and `$MUTE`. */
/** Mistakes of a script, all in one. */
const MISTAKES = `printf '%s\\n' ${[
  ...[
    'joinServer 0',
    'joinServer 0',
    'joinClient 1 0',
    'joinClient 1 0',
    'joinServer 1',
    'joinClient 0 0',
    'killServer x',
    'killServer 9',
  ],
  ...[
    'get 9 k',
    'get 0 k',
    'killServer 1',
    'createConnection 8 9',
    'createConnection 0 0',
    'joinClient 2 0',
    'createConnection 1 2',
  ],
  // The first put may have been sent before its client heard that the server is dead.
  ...['killServer 0', 'printStore 0', 'put 1 a b', 'get 1 a', 'put 1 a c'],
]
  .map((line) => `'${line}'`)
  .join(' ')} | bayou master`;

/** Waits until a command succeeds, for half a minute at most. */
const waited = (command: string): string => `for i in $(seq 300); do ${command} && break; sleep 0.1; done`;

/** Says what stands in a file, and ends as the command before it. */
const telling = (file: string): string => `status=$?; cat ${file}; exit $status`;

/** A server of its own, that stands still, and is then killed; a session that puts there meanwhile, and has a token of another cluster with another guarantee.
 * The first put after its death may be sent before the session hears of it. */
const DYING = `mkfifo to; bayou server --id 9 --data-dir d9 --secret-file secret > at & ${waited('grep -qs listens at')}
port=$(grep -o '[0-9]*$' at); pid=$(jobs -p | tail -1); pid=$(pgrep -P $pid node || echo $pid)
bayou client --server 9@$port --secret-file secret --timeout-ms 2000 < to > got 2> said & client=$!; exec 7> to
echo put a b >&7; echo "put $(head -c 70000 /dev/zero | tr "\\0" k) v" >&7; echo get a >&7; ${waited('grep -qs a:b got')}
kill -STOP $pid; echo put c d >&7; ${waited('grep -qs UNKNOWN said')}; kill -KILL $pid; ${waited('! kill -0 $pid 2> /dev/null')}
echo put e f >&7; echo put g h >&7; exec 7>&-; wait $client; ${telling('said')}`;

/** A search that stopped, and a file of it that is not what it was. */
const STOPPED = 'bayou check bayou-s-2212 --max-states 100 --checkpoint kept > out.txt';

/** A plan of a simulated run with another field, which is replayed. */
const planWith = (field: string): string =>
  `node -p 'const plan = JSON.parse(fs.readFileSync("'"$ROOT"'/conformance/plans/simulated/renewal-taken-back.json")); plan${field}; JSON.stringify(plan)' > odd.json; bayou conform --replay odd.json`;

export const PROVOCATIONS: Readonly<Record<string, string>> = {
  // --- bad usage ---
  "unknown option '…'": 'bayou backup --data-dir d --to e --x',
  "unknown command '…'": 'bayou chek',
  "required option '…' not specified": 'bayou backup',
  "option '…' argument missing": 'bayou backup --to',
  "option '…' argument '…' is invalid. …": 'bayou server --log-level loud',
  "option '…' cannot be used with option '…'": 'bayou master --memory --fsync',
  'too many arguments…': 'bayou master a b',
  'Use a whole number from ….': 'bayou server --id x --data-dir d --secret-file secret',
  'Use FROM-TO, both from 1 to 65535.': 'bayou master --ports 9-1 none.script',
  'Use ID@HOST:PORT, for example 0@127.0.0.1:7000 or 0@[::1]:7000.': 'bayou client --server x --secret-file secret',
  '… is not heeded by …; leave it out': 'bayou conform --simulate some.script',
  '--flags: …': "bayou conform --flags '--fsync --bogus' some.script",
  '…: the run itself sets it; leave it out': "bayou conform --flags '--trace x' some.script",
  "'…' is no option of bayou master": "bayou conform --flags 'x --memory' some.script",
  '…: line 2: # flags: …': "printf '# odd\\n# flags: --bogus\\njoinServer 0\\n' > odd.script; bayou explore odd.script",
  '…; what is to be run goes before …, which takes every word after it':
    'echo joinServer 0 > one.script; bayou conform --config bayou-s-2112 one.script',
  'Use some of 1,2,3,4.': 'bayou conform --layers 9',
  'Use a size such as 512m or 4g.': 'bayou check --max-memory big',
  'That is … bytes, less than a program takes: use a size such as 512m or 4g.': 'bayou check --max-memory 1k',
  'Use a number of seconds above 0, at most ….': 'bayou check --checkpoint-every 0',
  'Use some of …, with commas between.': 'bayou check --format xml',
  'Use NAME=VALUE.': 'bayou check --set x',
  '…: …: … names it too; name another': 'bayou master --trace both --log-file both none.script',
  '…: …: it is in …, which is emptied for --trace; name another': 'bayou master --trace kept --data-dir kept.d none.script',
  '--secret-file: …: …': 'bayou server --id 1 --data-dir d --secret-file no/such/secret',
  '--secret-file: …: others than its owner may use it; chmod 600 it, and change the secret if they may have read it':
    'cp secret open; chmod 644 open; bayou server --id 1 --data-dir d --secret-file open',
  '--secret-file: …: the secret in it is shorter than … characters':
    '(umask 077; echo x > short); bayou server --id 1 --data-dir d --secret-file short',
  '--secret-file: …: the secret in it is longer than … characters':
    '(umask 077; head -c 5000 /dev/zero | tr "\\0" x > long); bayou server --id 1 --data-dir d --secret-file long',
  '--tls-key: …: others than its owner may use it; chmod 600 it, and have another one certified if they may have read it':
    'cp other.key seen.key; chmod 644 seen.key; bayou server --id 1 --data-dir d --secret-file secret --tls-cert other.pem --tls-key seen.key',
  '--config: …: …': 'bayou server --config none.json',
  '--config: …: expected an object, but it is …': 'echo 7 > seven.json; bayou server --config seven.json',
  '…: …: expected true or false, but it is …': `echo '{"fsync":7}' > fsync.json; bayou server --config fsync.json`,
  '…: …: expected one value, but it is …': `echo '{"port":[1,2]}' > two.json; bayou server --config two.json`,
  '…: …: expected a text or a number, but it is …': `echo '{"id":null}' > id.json; bayou server --config id.json`,
  "…: there is no field '…'; the fields are …": `echo '{"idd":7}' > idd.json; bayou server --config idd.json`,
  'Use an address or a name.': 'bayou server --id 1 --data-dir x --secret-file secret --host "no such host"',
  'Use a path of 1 to 4096 characters, without U+0000.': 'bayou server --id 1 --data-dir x --secret-file ""',
  '--peer: server … is this server itself; name the others alone':
    'bayou server --id 1 --data-dir x --secret-file secret --peer 1@7000',
  '--metrics-host: without --metrics-port nothing is served there; give that too (0: any free port)':
    'bayou server --id 1 --data-dir x --secret-file secret --metrics-host 127.0.0.1',
  "…: …: '…' is wrong. …": 'echo "{\\"secretFile\\": \\"\\"}" > wrong.json; bayou server --config wrong.json',
  "nothing is called '…'; …": 'bayou explain R99',
  'say what to explain, as in bayou explain R12; --list prints every name': 'bayou explain',
  '…: there are no scripts here (files that end in .script)': 'mkdir -p empty; bayou conform empty',
  '…: nothing in it can be run: … (docs/master.md has the commands)': 'echo frobnicate > odd.script; bayou conform odd.script',
  '--corpus: …: …': 'touch f; bayou conform --simulate --corpus f',
  '--junit: …: …': 'bayou conform --config bayou-s-2112 --junit no/such/file',
  '…: variant: the cluster has the protocol as it is, so the configuration must say FIXED':
    'bayou conform --config v1-original-clock',
  '…: this is no plan of a run; those in conformance/plans are': 'echo 7 > plan.json; bayou conform plan.json',
  'no temporary folder can be made in …: …; see to TMPDIR':
    'echo "joinServer 0" > one.script; TMPDIR=/none bayou conform one.script',
  '…: there is neither such a file nor a configuration of that name; bayou check --list shows them': 'bayou check nothing',
  'each script of a plan has a line `stabilize`, from which on it is judged that all is well; write one':
    planWith('.script = []'),
  'how often the network does a fault is a number from 0 to 1': planWith('.networkFaults.loss = 2'),
  'a time in a plan is 0 or more, in ms': planWith('.thinkMs = -1'),
  '…: this is no plan of a simulated run; --simulate writes one where it finds something':
    'echo 7 > sim.json; bayou conform --replay sim.json',
  '…: a number in a plan is at most …, and one is …; write a smaller one': `sed 's/"thinkMs": [0-9]*/"thinkMs": 1e99/' "$ROOT/conformance/plans/simulated/renewal-taken-back.json" > far-plan.json; bayou conform --replay far-plan.json`,
  '…: it is empty: a configuration has fields (bayou check --list), a path or a counterexample has steps':
    'echo {} > nothing.json; bayou check nothing.json',
  '--out-dir: …: …': 'touch f; bayou check v1-original-clock --format text --out-dir f',
  '--out-dir: …: it cannot be made: …': 'bayou check bayou-s-2112 --out-dir /proc/x',
  "…: --deadlock is for models of your own: runs of Bayou's model have an end": 'bayou check bayou-s-2112 --deadlock',
  'explore one at a time (several files are the traces of one run): …': 'bayou explore bayou-s-2112 bayou-s-2212',
  '--flags is for a script: they are the options of bayou master': 'bayou explore bayou-s-2112 --flags x',
  '--html: …: …': 'bayou explore bayou-s-2112 --html none/x',
  '--replay: …: …': 'bayou check --replay none.json',
  '--replay: …: it is no path of bayou conform or bayou check --format json: …':
    'echo \'{"steps":7}\' > path.json; bayou check --replay path.json',
  'it is damaged: its digest does not match': `${STOPPED}; printf x | dd of=kept bs=1 seek=2000 conv=notrunc 2>/dev/null; bayou check bayou-s-2212 --resume kept`,
  'it is damaged, or ends too early': `${STOPPED}; truncate -s $(($(stat -c %s kept) / 2)) kept; bayou check bayou-s-2212 --resume kept`,
  '… is there already, and is no checkpoint: name another file': 'echo mine > mine; bayou check bayou-s-2112 --checkpoint mine',
  '… is not what it was then': `cp "$ROOT/test/cli/models/counter.mjs" c.mjs; bayou check c.mjs --max-states 3 --checkpoint c > out.txt; echo "// another" >> c.mjs; bayou check c.mjs --resume c`,
  'the graph has more than … states, too many to be read': 'bayou check v1-original-clock --puts 4 --format dot --out-dir dot',
  'the model began something that nobody waits for (a promise, a timer), and it failed: …': `cat > late.mjs <<'END'
setTimeout(() => { throw new Error('late'); }, 1);
const one = (n) => ({ name: 'late', initial: [0], actions: (s) => (s < n ? [1, 2, 3] : []), next: (s, a) => 3 * s + a, label: (a) => ({ family: 'a', args: [a] }), properties: [{ name: 'p', kind: 'always', holds: () => true }] });
export default one(1e6);
END
bayou check late.mjs`,
  // --- why a file cannot be used ---
  'there is no such file': 'bayou check ./none.json',
  'its folder is not there': 'bayou check none/x.json',
  'it is a link that leads nowhere': 'ln -sf none link; bayou check ./link',
  'it is no folder': 'touch f; bayou conform --simulate --runs 1 --out-dir f',
  'it is a folder': 'bayou check --replay .',
  'it is a socket': `node -e "require('node:net').createServer().listen('socket', () => process.kill(process.pid, 'SIGKILL'))"; bayou check ./socket`,
  'it is a device': 'bayou check /dev/full',
  'it is no file': 'mkfifo fifo; bayou check bayou-s-2112 --checkpoint fifo',
  'it is there already, and is no …: name another, or move it away first':
    'echo mine > mine; bayou explore bayou-s-2112 --html mine',
  '… would be emptied for it, and has … in it: name another file, or move that':
    'mkdir -p run.d; echo mine > run.d/mine; bayou master --trace run < /dev/null',
  'it is a pipe': 'mkfifo out; bayou explore bayou-s-2112 --html out',
  'it is a pipe into which nobody writes': 'mkfifo in; bayou check --replay in',
  'it is a pipe, and what writes into it is not done after … ms': 'bayou check --replay <(exec sleep 30 2> /dev/null)',
  'it is longer than … bytes': 'head -c 2000000 /dev/zero > long.json; bayou server --config long.json',
  'a part of its path is no folder': 'bayou master --data-dir secret/x < /dev/null',
  'its links lead in a circle': 'ln -sf circle circle; bayou check ./circle',
  'its name is too long': 'bayou check ./$(head -c 300 /dev/zero | tr "\\0" x)',
  'the disk is full':
    'echo joinServer 0 > s.script; unshare -rm bash -c "mkdir -p small; mount -t tmpfs -o size=4k tmpfs small; head -c 4096 /dev/zero > small/x; TMPDIR=small $NODE $CLI conform s.script"',
  'it is not JSON: …': 'echo { > half.json; bayou server --config half.json',
  // --- what no command can do without ---
  'it cannot be loaded: …': 'for n in 24 28 32; do (ulimit -n $n; bayou conform); done',
  'it cannot go on: …': '(ulimit -n 40; for n in 24 28 32 36 40; do (ulimit -n $n; bayou check bayou-s-2112 --workers 2); done)',
  'too many files are open; raise the limit (ulimit -n)': 'for n in 24 26 28 30 32 34; do (ulimit -n $n; bayou conform); done',
  // --- the master ---
  "line …: unknown command '…'": 'echo jump | bayou master',
  'line …: a line of more than … bytes': 'head -c 2000000 /dev/zero | bayou master',
  'the script: …: …': 'bayou master none.script',
  '--data-dir: …: …': 'bayou master --data-dir /proc/x none.script < /dev/null || bayou master --data-dir /proc/x < /dev/null',
  '--trace: …: …': 'bayou master --trace none/x < /dev/null',
  '--log-file: …: …': 'bayou master --log-file /proc/x/y < /dev/null',
  'its folder cannot be used: …': 'bayou master --log-file secret/x < /dev/null',
  'the script cannot be read: …': 'bayou master < .',
  'the results cannot be written: …': 'printf "joinServer 0\\njoinClient 1 0\\nget 1 k\\n" | bayou master > /dev/full',
  "the run's folder cannot be made: …":
    'mkdir -p t/bayou-$(id -u); chmod 755 t/bayou-$(id -u); echo "joinServer 0" | TMPDIR=$PWD/t bayou master',
  '… is no folder; remove it, or set TMPDIR':
    'mkdir -p t2; touch t2/bayou-$(id -u); echo "joinServer 0" | TMPDIR=$PWD/t2 bayou master',
  'others may look into …; chmod 700 it, or set TMPDIR to a folder of your own':
    'mkdir -p t/bayou-$(id -u); chmod 755 t/bayou-$(id -u); echo "joinServer 0" | TMPDIR=$PWD/t bayou master',
  "the run's folder cannot be made in …: …; see to TMPDIR": 'echo "joinServer 0" | TMPDIR=/none bayou master',
  '… … did not start: …': 'mkdir -p m; touch m/server-0; echo "joinServer 0" | bayou master --data-dir m',
  '… ended by itself: …': `mkdir -p u; (echo "joinServer 0"; echo "joinClient 1 0"; echo "get 1 k"; ${waited('grep -qs ERR_KEY u.out')}; kill -9 $(grep -oh "\\"pid\\":[0-9]*" u/*/*/processes.ndjson | grep -o "[0-9]*$"); ${waited('grep -qs "ended by itself" u.err')}) | TMPDIR=$PWD/u bayou master > u.out 2> u.err; ${telling('u.err')}`,
  'ERR_LOG: the log of a server that was reached has failed, and no other took it; nothing was written':
    '(echo "joinServer 0"; echo "joinClient 1 0"; for i in $(seq 60); do echo "put 1 k$i $(head -c 20000 /dev/zero | tr "\\0" v)"; done) > full.script; prlimit --fsize=400000 "$NODE" "$CLI" master full.script',
  'the stores of servers … are not equal, and cannot become so: server …: …':
    '(echo "joinServer 0"; echo "joinServer 1"; echo "breakConnection 0 1"; echo "joinClient 2 0"; echo "joinClient 3 1"; for i in $(seq 40); do for c in 2 3; do echo "put $c k$c$i $(head -c 20000 /dev/zero | tr "\\0" v)"; done; done; echo "createConnection 0 1"; echo stabilize) > apart.script; prlimit --fsize=400000 "$NODE" "$CLI" master apart.script',
  "'…' is not an id: use a non-negative integer up to …": MISTAKES,
  'id … is a server already': MISTAKES,
  'id … is a client already': MISTAKES,
  'id … is a server, not a client': MISTAKES,
  'id … is a client, not a server': MISTAKES,
  'there is no client …': MISTAKES,
  'there is no server or client …': MISTAKES,
  'server … is dead': MISTAKES,
  'a link from … to itself': MISTAKES,
  '… and … are both clients: there are no links between clients': MISTAKES,
  'ERR_CONN: no server could be reached': MISTAKES,
  'UNKNOWN: a server was asked, and none has said that it is written; the write may or may not be there': `mkdir -p w; (echo "joinServer 0"; echo "joinClient 1 0"; echo "get 1 k"; ${waited('grep -qs ERR_KEY w.out')}; for p in $(grep -oh "\\"pid\\":[0-9]*" w/*/*/processes.ndjson | grep -o "[0-9]*$"); do grep -q server.cjs /proc/$p/cmdline && kill -STOP $p; done; echo "put 1 a b") | TMPDIR=$PWD/w bayou master --timeout-ms 2000 > w.out`,
  // --- a server that does not start ---
  'the log in … is in use; stop the process that has it open, or use another directory':
    'bayou server --id 0 --data-dir d0 --secret-file secret',
  'the log in … is damaged: …; nothing in it was changed; keep it, and put a backup in its place or begin with an empty folder: the server then goes on as a new replica and pulls what the others have; what only this log had is lost with it':
    'cp -r ended broken; head -c 100 /dev/zero > broken/CURRENT; bayou server --id 3 --data-dir broken --secret-file secret',
  '… has a part of a backup that is not finished, and no log; make the backup again, or use another directory':
    'mkdir -p part/.unfinished-backup-1-x; bayou server --id 4 --data-dir part --secret-file secret',
  "the log in … is server …'s, not server …'s; give each server a directory of its own":
    'bayou server --id 4 --data-dir ended --secret-file secret',
  'a folder is where a log has a file (…); move that folder away, or use another directory for the log':
    'mkdir -p odd/lock/LOCK; bayou server --id 4 --data-dir odd --secret-file secret',
  'the log in … cannot be opened: … (…); …': 'bayou server --id 4 --data-dir secret/x --secret-file secret',
  'cannot listen on … (tried …): …': 'bayou server --id 4 --port $PLAIN --data-dir d4 --secret-file secret',
  'the metrics cannot be served on …:…: …': 'bayou server --id 4 --metrics-port $PLAIN --data-dir d4 --secret-file secret',
  'tls: a server needs a certificate and its key': 'bayou server --id 4 --data-dir d4 --secret-file secret --tls-ca tls/ca.pem',
  'tls: a certificate and its key go together: one of them is missing':
    'bayou server --id 4 --data-dir d4 --secret-file secret --tls-cert tls/127.0.0.1.pem',
  'tls: there is no certificate in …': 'bayou client --server 0@1 --secret-file secret --tls-ca secret < /dev/null',
  'tls: … has a certificate that cannot be read: …':
    'sed "2s/.*/AAAA/" tls/ca.pem > spoilt.pem; bayou client --server 0@1 --secret-file secret --tls-ca spoilt.pem < /dev/null',
  'tls: there is no private key in …':
    'bayou client --server 0@1 --secret-file secret --tls-cert tls/ca.pem --tls-key secret < /dev/null',
  'tls: … has a passphrase: take it off, and keep the file to yourself':
    '(umask 077; openssl rsa -in other.key -aes256 -passout pass:word -out locked.key); bayou client --server 0@1 --secret-file secret --tls-cert other.pem --tls-key locked.key < /dev/null',
  'tls: the certificate, its key or the authority cannot be used: …':
    '(umask 077; sed "2s/.*/AAAA/" other.key > spoilt.key); bayou server --id 4 --data-dir d4 --secret-file secret --tls-cert other.pem --tls-key spoilt.key',
  '… is not the key of the certificate in …':
    'bayou server --id 4 --data-dir d4 --secret-file secret --tls-cert other.pem --tls-key tls/127.0.0.1.key',
  // --- a server that runs ---
  'the log …: going on as the new replica …, with the writes that it has': `cp -r ended moved; "$NODE" "$CLI" server --id 3 --data-dir moved --secret-file secret > moved.out 2>&1 & server=$!; ${waited('grep -qs "new replica" moved.out')}; kill -TERM $server; wait $server; ${telling('moved.out')}`,
  // --- a session ---
  'no server could be reached: …': 'bayou client --server 0@1 --secret-file secret < /dev/null',
  'it is no token of a session':
    'echo {} > no.json; bayou client --server 0@$PLAIN --secret-file secret --token-file no.json < /dev/null',
  'it is from further ahead than any cluster can be (is the date of this machine right?)':
    'echo put k v | bayou client --server 0@$PLAIN --secret-file secret --token-file far.json; sed -i "s/\\"clock\\":[0-9]*/\\"clock\\":9007199254740991/" far.json; bayou client --server 0@$PLAIN --secret-file secret --token-file far.json < /dev/null',
  '--token-file: …: …: name another file to begin a new session':
    'echo { > half.json; bayou client --server 0@$PLAIN --secret-file secret --token-file half.json < /dev/null',
  '--token-file: …: …: name another file': 'bayou client --server 0@$PLAIN --secret-file secret --token-file . < /dev/null',
  '--token-file: …: it is read-only: chmod u+w it, or name another file':
    'touch ro; chmod 444 ro; bayou client --server 0@$PLAIN --secret-file secret --token-file ro < /dev/null',
  '--token-file: …: it is a link that leads nowhere: make what it is a link to, or name another file':
    'ln -sf none link; bayou client --server 0@$PLAIN --secret-file secret --token-file link < /dev/null',
  "line …: '…' is neither 'put key value' nor 'get key'": 'echo jump | bayou client --server 0@$PLAIN --secret-file secret',
  'line …: put …: …: …':
    'echo "put $(head -c 70000 /dev/zero | tr "\\0" k) v" | bayou client --server 0@$PLAIN --secret-file secret',
  'ERR_CONN: no server could be reached, or none could take it; nothing was written': DYING,
  'ERR_SIZE: the key is above 64 KiB or the value above 512 KiB; nothing was sent': DYING,
  'UNKNOWN: it was sent, and no server has said that it is written (none answered in time, or its log failed under it); it may take effect once, at any later time':
    DYING,
  'ERR_DEP: no server that was reached has what the session needs; nothing was written':
    'echo put k v | bayou client --server 0@$PLAIN --secret-file secret --token-file dep.json; sed -i "s/\\"monotonicWrites\\":false/\\"monotonicWrites\\":true/; s/\\"0\\.[0-9]*\\"/\\"0.77\\"/g" dep.json; echo put k v | bayou client --server 0@$PLAIN --secret-file secret --token-file dep.json',
  'standard input cannot be read: …': 'bayou client --server 0@$PLAIN --secret-file secret < .',
  // --- why a connection fails ---
  'whoever listens on …:… is not … … of this cluster': 'bayou client --server 5@$PLAIN --secret-file secret < /dev/null',
  'it speaks HTTP, which no member of a cluster does: metrics and health have a port of their own (--metrics-port)':
    'bayou client --server 7@$METRICS --secret-file secret < /dev/null',
  'no handshake within … ms': 'bayou client --server 0@$MUTE --timeout-ms 200 --secret-file secret < /dev/null',
  'the connection was closed in the handshake': 'bayou client --server 7@$TLS --secret-file secret < /dev/null',
  'does the other end speak TLS? Then give --tls-ca (tls.ca) here':
    'bayou client --server 7@$TLS --secret-file secret < /dev/null',
  'does the other end speak TLS? It needs --tls-cert and --tls-key for that':
    'bayou client --server 0@$PLAIN --secret-file secret --tls-ca tls/ca.pem < /dev/null',
  'is --tls-ca (tls.ca) who has signed the certificate of the other end?':
    'bayou client --server 7@$TLS --secret-file secret --tls-ca other.pem < /dev/null',
  'the other end wants to see one: give --tls-cert (tls.cert) and --tls-key (tls.key)':
    'bayou client --server 7@$TLS --secret-file secret --tls-ca tls/ca.pem < /dev/null',
  'does the other end know who has signed --tls-cert (tls.cert), and is it in time?':
    'bayou client --server 7@$TLS --secret-file secret --tls-ca tls/ca.pem --tls-cert other.pem --tls-key other.key < /dev/null',
  'the --tls-cert of the other end is for other names than this one':
    'bayou client --server 7@localhost:$TLS --secret-file secret --tls-ca tls/ca.pem --tls-cert tls/127.0.0.1.pem --tls-key tls/127.0.0.1.key < /dev/null',
  // --- backup, conform ---
  'there is no log in …': 'bayou backup --data-dir tls --to b1',
  '… is there already; name a folder that is not, or an empty one': 'bayou backup --data-dir ended --to tls',
  '… is in the folder of the log itself; name one outside of it': 'bayou backup --data-dir ended --to ended/b',
  'no backup of … was made: …': 'bayou backup --data-dir ended --to /proc/x',
};
