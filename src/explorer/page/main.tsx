/** The explorer's page. */
import { render, type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CheckBadge, followCheck } from './check.js';
import { Diagram } from './diagram.js';
import { KEYS, onKey } from './keys.js';
import { Space } from './space.js';
import { State } from './state.js';
import { Steps } from './steps.js';
import { changeTheme, client, exploration, isHelpOpen, ownRun, runNumber, showRun, start, tab, theme } from './store.js';
import { Right } from './why.js';
import './style/base.css';
import './style/head.css';
import './style/steps.css';
import './style/diagram.css';
import './style/state.css';
import './style/why.css';
import './style/space.css';

const SIGN = { bad: '✕', good: '✓', plain: '·' } as const;

const Runs = (): JSX.Element | null => {
  const { runs } = exploration;
  if (runs.length + Number(ownRun.value !== undefined) < 2) return null;
  return (
    <label class="runs">
      <span class="unseen">Run</span>
      <select
        value={ownRun.value === undefined ? String(runNumber.value) : 'own'}
        onChange={(event) => event.currentTarget.value !== 'own' && showRun(Number(event.currentTarget.value))}
      >
        {runs.map(({ title }, i) => (
          <option key={i} value={String(i)}>
            {title}
          </option>
        ))}
        {ownRun.value !== undefined && <option value="own">a run of your own</option>}
      </select>
    </label>
  );
};

const Tab = ({ of, children }: { readonly of: 'run' | 'space'; readonly children: string }): JSX.Element => (
  <button type="button" class="tab" aria-pressed={tab.value === of} onClick={() => (tab.value = of)}>
    {children}
  </button>
);

const Head = (): JSX.Element => (
  <header class="head">
    <h1 title={exploration.title}>{exploration.title}</h1>
    <span class={`verdict ${exploration.verdict.tone}`} title={exploration.verdict.text}>
      <span aria-hidden="true">{SIGN[exploration.verdict.tone]}</span> {exploration.verdict.text}
    </span>
    <CheckBadge />
    <p class="what" title={exploration.about}>
      {exploration.about}
    </p>
    <Runs />
    {client.value !== undefined && (
      <nav aria-label="Views">
        <Tab of="run">Run</Tab>
        <Tab of="space">Space</Tab>
      </nav>
    )}
    <button type="button" class="icon" aria-label={theme.value === 'dark' ? 'light' : 'dark'} onClick={changeTheme}>
      {theme.value === 'dark' ? '☀' : '☾'}
    </button>
    <button type="button" class="icon" aria-label="shortcuts" onClick={() => (isHelpOpen.value = true)}>
      ?
    </button>
  </header>
);

const Help = (): JSX.Element => {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} onClose={() => (isHelpOpen.value = false)} aria-label="Shortcuts">
      <h2>Shortcuts</h2>
      <dl>
        {KEYS.map(([keys, says]) => (
          <div key={keys}>
            <dt>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => (isHelpOpen.value = false)}>
        close
      </button>
    </dialog>
  );
};

const Page = (): JSX.Element => (
  <>
    <Head />
    {tab.value === 'space' ? (
      <Space />
    ) : (
      <div class="columns">
        <Steps />
        <main class="middle" aria-label="The run">
          <Diagram />
          <State />
        </main>
        <Right />
      </div>
    )}
    <Help />
  </>
);

document.title = `${exploration.title} · bayou explore`;
addEventListener('keydown', onKey);
void start().then(() => {
  render(<Page />, document.getElementById('page')!);
  document.documentElement.dataset['ready'] = 'yes';
  void followCheck();
});
