/** Commands on machines that fail, in installations that are not whole, and with models that do not do the same twice, by the line of docs/errors.md. */

/** A model that counts to 3, with a part in place of another. */
const counter = (part: string): string =>
  `cat > $NAME.mjs <<'END'
import { existsSync, writeFileSync } from 'node:fs';
const been = existsSync('been');
writeFileSync('been', '');
let looks = 0;
const model = { name: 'm', initial: [0], actions: (s) => (s < 3 ? [1] : []), next: (s) => s + 1, label: () => ({ family: 'a', args: [] }), properties: [{ name: 'p', kind: 'always', holds: () => true }], ${part} };
END
`;

/** A model that is no more to be read after a while. */
const VANISHING = `NAME=vanishing; ${counter('')}echo 'export default new Proxy(model, { get: (m, name) => { if (++looks > 60) throw new Error("gone"); return m[name]; } });' >> vanishing.mjs`;

const FAILING = 'echo {} > odd.json; failing "openSync odd.json';
const CANNOT_GO_ON = 'failing "readFile,readFileSync package.json';

/** What a program is loaded with: it runs this first. */
const preloading = (script: string): string => `NODE_OPTIONS="--import=data:text/javascript,${script}"`;
/** The same, where the master that `bayou conform` starts is the program. */
const inMaster = (script: string): string =>
  `echo "joinServer 0" > one.script; ${preloading(`/dist.master/.test(process.argv[1])&&${script}`)} bayou conform one.script`;

/** A copy of the installation, of which a part is missing. */
const HALF = `mkdir -p inst; cp -r "$ROOT/dist" inst/; cp "$ROOT/package.json" inst; ln -sfn "$ROOT/node_modules" inst/node_modules; rm -f inst/dist/conformance/cli/conform.js`;

/** A run whose master is gone and one of whose processes does not end. */
const LEFT = `mkdir -p left; chmod 700 left; mkdir -p -m 700 left/bayou-$(id -u)/tok; "$NODE" -e 'setTimeout(() => 0, 20000)' -- --run=tok & pid=$!
echo '{"pid":4194303,"start":"1"}' > left/bayou-$(id -u)/tok/master.json
echo "{\\"pid\\":$pid,\\"start\\":\\"$(cut -d' ' -f22 /proc/$pid/stat)\\"}" > left/bayou-$(id -u)/tok/processes.ndjson
TMPDIR=$PWD/left ${preloading('process.kill=()=>true')} bayou cleanup; status=$?; kill -9 $pid; exit $status`;

export const MACHINES: Readonly<Record<string, string>> = {
  // --- bad usage ---
  '--secret-file: …: it cannot be made: …':
    'failing "openSync new-secret EIO" bayou server --id 1 --data-dir d --secret-file new-secret',
  '…: it cannot be read: …': 'mkdir -p sc; failing "readdir,readdirSync sc EIO" bayou conform sc',
  '--junit: …: it cannot be written: …':
    'failing "writeFileSync,openSync out.xml EROFS" bayou conform --config bayou-s-2112 --junit out.xml',
  '--out-dir: …: it cannot be written: …':
    'failing "writeFile,writeFileSync,open,openSync out.d EDQUOT" bayou check v1-original-clock --format text --out-dir out.d',
  '…: a guided plan cannot be run on real processes; leave out --real':
    'echo \'{"configuration":{},"seed":1,"deeds":[],"steps":[]}\' > led.json; bayou conform --replay led.json --real',
  '…: a plan of sessions runs in the simulation alone; leave out --real':
    'echo \'{"sessions":1,"actors":1,"fsync":false,"hurts":[],"networkFaults":{"leastUs":50,"moreUs":100,"slow":0,"loss":0,"split":0,"merge":0,"broken":0,"halfOpen":0,"sendBytes":262144,"receiveBytes":262144,"samePort":0}}\' > sessions.json; bayou conform --replay sessions.json --real',
  '--step is for one model at a time: …': 'bayou check --step V1',
  '--html: …: it cannot be written: …': 'prlimit --fsize=100 "$NODE" "$CLI" explore bayou-s-2112 --html big.html',
  'the page cannot be shown on …:…: …': 'bayou explore bayou-s-2112 --port $PLAIN',
  '… cannot be run: open the address yourself':
    'PATH=/none "$NODE" "$CLI" explore bayou-s-2112 --open > opened 2>&1 & for i in $(seq 300); do grep -qs yourself opened && break; sleep 0.1; done; kill %1; cat opened',
  'there is no such example; there are …': 'bayou check example:none',
  'it was written on a machine with another order of bytes':
    'bayou check bayou-s-2212 --max-states 100 --checkpoint ends > out.txt; printf BE | dd of=ends bs=1 seek=19 conv=notrunc 2> /dev/null; bayou check bayou-s-2212 --resume ends',
  // --- a model of your own ---
  '… did not end within … s': `echo 'setInterval(() => 0, 1000); export default new Promise(() => undefined);' > never.mjs; ${preloading('const{setTimeout:s}=globalThis;globalThis.setTimeout=(f,ms,...a)=>s(f,ms/50,...a)')} bayou check never.mjs`,
  'it has no components': `cat > two.mjs <<'END'
import { isMainThread } from 'node:worker_threads';
END
echo "import ring from '$ROOT/test/cli/models/ring.mjs'; import counter from '$ROOT/test/cli/models/counter.mjs'; export default isMainThread ? ring : counter;" >> two.mjs; bayou check two.mjs --workers 2`,
  'the model went wrong while it was checked: …': `${VANISHING}; bayou check vanishing.mjs`,
  'the model went wrong while it was run: …': `${VANISHING}; bayou check vanishing.mjs --sample 1`,
  'a function of the model does not come back': `rm -f been; NAME=once; ${counter('actions: (s) => (s < (been ? 0 : 3) ? [1] : []), next: (s) => { while (s === 2) looks++; return s + 1; }')}echo 'export default model;' >> once.mjs; bayou check once.mjs --max-seconds 2`,
  // --- why a file cannot be used ---
  'this user may not (permission denied)': `${FAILING} EACCES" bayou check --replay odd.json`,
  'the system does not permit it': `${FAILING} EPERM" bayou check --replay odd.json`,
  'its file system is mounted read-only':
    'failing "writeFileSync,openSync out.xml EROFS" bayou conform --config bayou-s-2112 --junit out.xml',
  'the disk quota is used up':
    'failing "writeFile,writeFileSync,open,openSync out.d EDQUOT" bayou check v1-original-clock --format text --out-dir out.d',
  'it may not grow further': 'prlimit --fsize=100 "$NODE" "$CLI" explore bayou-s-2112 --html big.html',
  'the disk reports an error': `${FAILING} EIO" bayou check --replay odd.json`,
  // --- what no command can do without ---
  '…; is the installation whole?': `${HALF}; "$NODE" inst/dist/cli/main.js conform`,
  '…; this process may have … files open: raise the limit (ulimit -n)': `${HALF}; ulimit -n 120; "$NODE" inst/dist/cli/main.js conform`,
  'the system has too many files open': `${CANNOT_GO_ON} ENFILE" bayou --version`,
  'there are too many processes or threads; raise the limit (ulimit -u)': `${CANNOT_GO_ON} EAGAIN" bayou --version`,
  'there is not enough memory': `${CANNOT_GO_ON} ENOMEM" bayou --version`,
  // --- the master ---
  '… was made by somebody else; set TMPDIR to a folder of your own': `mkdir -p -m 700 t4/bayou-4242; echo "joinServer 0" | TMPDIR=$PWD/t4 ${preloading('process.getuid=()=>4242')} bayou master`,
  'it cannot be started: …': 'echo "joinServer 0" | failing "appendFileSync processes.ndjson ENOSPC" bayou master',
  'there is no room in …': 'echo "joinServer 0" | failing "appendFileSync processes.ndjson ENOSPC" bayou master',
  'it answered something that is not JSON': `echo "joinServer 0" | ${preloading("/processes/.test(process.argv[1])&&console.log('x')")} bayou master`,
  'the trace is left in …, in parts: …':
    'echo "joinServer 0" | failing "appendFileSync the.trace ENOSPC" bayou master --trace the.trace',
  // --- a session ---
  'the token cannot be written to …: …; what was put and got since it was last written, and will be, is done all the same, and a session that goes on from the file does not know of it':
    'mkdir tk; (until [ -s tk/tok.json ]; do sleep 0.1; done; mv tk tk2; echo "put a b") | bayou client --server 0@$PLAIN --secret-file secret --token-file tk/tok.json',
  'the token cannot be written to …: …; nothing was put and nothing was got: whoever names a file for the token does not want to go on without one':
    'failing "openSync full.json ENOSPC" bayou client --server 0@$PLAIN --secret-file secret --token-file full.json < /dev/null',
  '--token-file: …: it cannot be used: …':
    'failing "accessSync . EACCES" bayou client --server 0@$PLAIN --secret-file secret --token-file tok.json < /dev/null',
  // --- logs ---
  '… changed each of the … times that it was read':
    'failing "readFileSync /guard garbage" bayou server --id 6 --data-dir d6 --secret-file secret',
  'others may use …, whatever its permissions are set to; use a directory on a file system that has owners':
    'failing "statSync /guard shared" bayou server --id 6 --data-dir d6 --secret-file secret',
  // --- backup, clean-up, conform ---
  '… has no log that a server of this version has opened; copy the folder while no server runs':
    'mkdir -p old; touch old/CURRENT; bayou backup --data-dir old --to b2',
  'its files changed each of the … times that they were taken':
    'failing "copyFileSync,readFileSync CURRENT ENOENT" bayou backup --data-dir ended --to b3',
  'the copy cannot be used: …': 'failing "renameSync,writeSync,openSync b4/ ENOSPC" bayou backup --data-dir ended --to b4',
  'the log in … is damaged, as its copy shows: …; nothing in it was changed; keep it, and if its server runs, let another server pull all that it has before it is stopped':
    'cp -r ended broken; truncate -s 10 broken/MANIFEST-*; bayou backup --data-dir broken --to b5',
  'could not kill …': LEFT,
  '…: the master ended with status …: …': inMaster("process.on('exit',()=>process.reallyExit(9))"),
  '…: standard output is not what the master wrote into its trace': inMaster("console.log('x')"),
  'a bug, please report it: …': 'failing "readFile,readFileSync package.json EODD" bayou --version',
  'a configuration that is not JSON': 'echo x | "$NODE" "$ROOT/dist/processes/server.cjs"',
};
