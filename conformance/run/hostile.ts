/** Layer 4: a random script under faults of network, processes and disks, judged like every random run. */
import { assess, runHostile, showAssessment } from '../hostile/run.js';
import { planOf } from '../hostile/plan.js';
import type { RandomJudgement } from './random.js';

const happened = (counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).filter(([name, n]) => n > 0 && name !== 'connections' && name !== 'frames'));

/** Runs the plan of a seed and a number, and judges it. */
export const judgeHostileRun = async (seed: number, run: number): Promise<RandomJudgement> => {
  const plan = planOf(seed, run);
  const ran = await runHostile(plan);
  const v = assess(ran);
  const counts = {
    events: v.validated.followed,
    operations: v.judged.operations,
    ...happened({ ...ran.network }),
    ...happened(ran.processes),
  };
  const found = { counts, events: ran.events, rejection: v.validated.rejection };
  if (v.sound && v.validated.verdict === 'conforms') return { ...found, verdict: 'conforms', details: '' };
  const verdict = v.sound ? 'undecided' : 'diverges';
  return { ...found, verdict, details: [showAssessment(v), 'plan:', JSON.stringify(plan)].join('\n') };
};
