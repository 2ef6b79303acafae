/** Answers the page's questions about a model: in its worker, or behind the local server. */
import type { Model } from '../checker/model.js';
import { messageOf } from '../core/errors.js';
import type { Question, Reply } from './asked.js';
import { Surveyor } from './survey.js';
import { choicesOf, placeOf, type Words } from './walk.js';
import { Walker } from './walker.js';

/** The slice of time of a survey, in ms. A short slice keeps the page responsive. */
const SLICE_MS = 120;
/** The most steps of a run that is walked step by step for the page. */
const MOST_STEPS = 10_000;

/** Answers questions. If the model throws, the answer is one line that says so. */
export const answering = <S, A>(model: Model<S, A>, words: Words<S, A>): ((question: Question) => Reply) => {
  const walker = new Walker(model);
  let surveyor: Surveyor<S, A> | undefined;
  const answer = (question: Question): Reply => {
    if (question.ask === 'check') return { ask: 'wrong', why: 'no check is running here' };
    const to = question.ask === 'survey' ? question.path : question.to;
    if (to.ways.length > MOST_STEPS) return { ask: 'wrong', why: `a run has ${MOST_STEPS} steps at most here` };
    const walk = walker.to(to);
    if (question.ask === 'survey') {
      surveyor ??= new Surveyor(model);
      surveyor.goOn(SLICE_MS);
      return { ask: 'survey', survey: surveyor.shot(walk) };
    }
    if (walk === undefined) return { ask: 'wrong', why: 'the model has no such run: is the address of another page?' };
    if (question.ask === 'choices') return { ask: 'choices', choices: choicesOf(model, walk) };
    return { ask: 'place', place: placeOf(model, walk, 'a run of your own', words) };
  };
  return (question) => {
    try {
      return answer(question);
    } catch (error) {
      return { ask: 'wrong', why: `the model went wrong: ${messageOf(error)}` };
    }
  };
};
