/** Answers the page's questions about a model: in its worker, or behind the local server. */
import type { Model } from '../checker/model.js';
import type { Question, Reply } from './shape.js';
import { Surveyor } from './survey.js';
import { placeOf, walkTo, type Words } from './walk.js';

/** How long a survey goes on at a time, in ms: the page stays lively. */
const SLICE_MS = 120;
/** Longer runs are not walked step by step from the page. */
const MOST_STEPS = 10_000;

/** Answers questions; a model that goes wrong is said to do so, in one line. */
export const answering = <S, A>(model: Model<S, A>, words: Words<S, A>): ((question: Question) => Reply) => {
  let surveyor: Surveyor<S, A> | undefined;
  const answer = (question: Question): Reply => {
    const to = question.ask === 'place' ? question.to : question.path;
    if (to.ways.length > MOST_STEPS) return { ask: 'wrong', why: `a run has ${MOST_STEPS} steps at most here` };
    const walk = walkTo(model, to);
    if (question.ask === 'survey') {
      surveyor ??= new Surveyor(model);
      surveyor.goOn(SLICE_MS);
      return { ask: 'survey', survey: surveyor.shot(walk) };
    }
    if (walk === undefined) return { ask: 'wrong', why: 'the model has no such run: is the address of another page?' };
    return { ask: 'place', place: placeOf(model, walk, 'a run of your own', words) };
  };
  return (question) => {
    try {
      return answer(question);
    } catch (error) {
      return { ask: 'wrong', why: `the model went wrong: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
};
