/** The keyboard: everything that the page can do, without a mouse. */
import { play } from './diagram.js';
import { find } from './steps.js';
import { at, changeTheme, client, goTo, isHelpOpen, isPlaying, length, search, stepBy, tab } from './store.js';

const PAGE = 10;

const focus = (selector: string): void => {
  document.querySelector<HTMLElement>(selector)?.focus();
};

/** Moves among the steps that can be taken. */
const moveChoice = (by: number): void => {
  const all = [...document.querySelectorAll<HTMLElement>('[data-choice]')];
  const now = all.indexOf(document.activeElement as HTMLElement);
  all[Math.max(0, Math.min(all.length - 1, now + by))]?.focus();
};

const isInChoices = (): boolean => document.activeElement?.hasAttribute('data-choice') === true;

const findNext = (): void => {
  const found = search.value === '' ? undefined : find(search.value, at.value);
  if (found !== undefined) goTo(found);
};

/** The keys, with the text of each in the list of shortcuts. */
export const KEYS: ReadonlyArray<readonly [keys: string, says: string]> = [
  ['j  ↓  →', 'one step on'],
  ['k  ↑  ←', 'one step back'],
  ['Home  End', 'to the beginning, to the end'],
  ['PageUp  PageDown', 'ten steps'],
  ['Space', 'play, stop'],
  ['c', 'to the steps that can be taken here; arrows move, Enter takes one'],
  ['/', 'find in the run; Enter goes there'],
  ['n', 'find the next'],
  ['s', 'the state space, and back'],
  ['t', 'light or dark'],
  ['?', 'this list'],
  ['Escape', 'close, leave'],
];

const obey = (key: string): boolean => {
  switch (key) {
    case 'j':
    case 'ArrowRight':
      stepBy(1);
      return true;
    case 'k':
    case 'ArrowLeft':
      stepBy(-1);
      return true;
    case 'ArrowDown':
      if (isInChoices()) moveChoice(1);
      else stepBy(1);
      return true;
    case 'ArrowUp':
      if (isInChoices()) moveChoice(-1);
      else stepBy(-1);
      return true;
    case 'Home':
      goTo(0);
      return true;
    case 'End':
      goTo(length.value);
      return true;
    case 'PageDown':
      stepBy(PAGE);
      return true;
    case 'PageUp':
      stepBy(-PAGE);
      return true;
    case ' ':
      play();
      return true;
    case 'c':
      focus('[data-choice]');
      return true;
    case '/':
      focus('#search');
      return true;
    case 'n':
      findNext();
      return true;
    case 's':
      if (client.value !== undefined) tab.value = tab.value === 'run' ? 'space' : 'run';
      return true;
    case 't':
      changeTheme();
      return true;
    case '?':
      isHelpOpen.value = !isHelpOpen.value;
      return true;
    case 'Escape':
      isHelpOpen.value = false;
      isPlaying.value = false;
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      return true;
    default:
      return false;
  }
};

/** Does the key belong to the target? A field that is written in, or a control that uses the key, keeps it. */
const isTheirs = (target: EventTarget | null, key: string): boolean => {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement)
    return key !== 'Escape' && target.type !== 'range';
  const presses = target instanceof HTMLButtonElement || target.tagName === 'SUMMARY';
  return presses && (key === ' ' || key === 'Enter');
};

export const onKey = (event: KeyboardEvent): void => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTheirs(event.target, event.key)) return;
  if (obey(event.key)) event.preventDefault();
};
