/** `npm run test:fresh [-- FILES]`: the tests with a seed that nobody has chosen, which is printed. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

const seed = randomInt(2 ** 31);
const args = ['vitest', 'run', ...process.argv.slice(2)];
process.stdout.write(`BAYOU_SEED=${seed} npx ${args.join(' ')}\n`);
const { status } = spawnSync('npx', args, { stdio: 'inherit', env: { ...process.env, BAYOU_SEED: String(seed) } });
process.exitCode = status ?? 1;
