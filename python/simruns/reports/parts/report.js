// The table of runs, and the conversation of one of them. What is shown is part of the address, so
// that each view has a link: #verdict=failure&sort=messages, #run=ID&beside=ID.
const SHOWN = 100;
const FILTERS = ['verdict', 'scenario', 'signature', 'text'];
const KEYS = [...FILTERS, 'sort', 'down', 'run', 'beside'];
const COLUMNS = [
  ['name', 'run'], ['verdict', 'verdict'], ['scenario', 'scenario'], ['signature', 'signature'],
  ['messages', 'messages'], ['duration', 'duration'], ['started', 'started, UTC'], ['batch', 'batch'],
];
const NUMBERS = ['messages', 'duration'];

let data, texts, order, number_of, state = {};
let limit = SHOWN;
const kept = new Map();

const read_address = () => {
  const address = location.hash.slice(1);
  if (address && !address.includes('=')) return null; // the name of a section
  const told = new URLSearchParams(address);
  return Object.fromEntries(KEYS.map((key) => [key, told.get(key) ?? '']));
};

const address_of = (told) => {
  const address = new URLSearchParams(KEYS.filter((key) => told[key]).map((key) => [key, told[key]]));
  return `#${address}`;
};

const go = (change, replace = false) => {
  state = { ...state, ...change };
  const where = location.pathname + location.search + address_of(state);
  if (replace) history.replaceState(null, '', where);
  else history.pushState(null, '', where);
  show();
};

const scenario_of = (run) => data.scenarios[data.scenario[run]];
const batch_of = (run) => data.batches[data.batch[run]];
const signature_of = (run) => data.signatures[data.signature[run]];

const VALUES = {
  name: (run) => data.name[run],
  verdict: (run) => data.verdict[run],
  scenario: (run) => scenario_of(run)[1],
  signature: (run) => signature_of(run)?.[1],
  messages: (run) => data.messages[run],
  duration: (run) => data.duration[run] ?? undefined,
  started: (run) => data.started[run] || undefined,
  batch: (run) => batch_of(run)?.[1],
};

const fits = (run) =>
  (!state.verdict || data.verdicts[data.verdict[run]][0] === state.verdict) &&
  (!state.scenario || scenario_of(run)[0] === state.scenario) &&
  (!state.signature || signature_of(run)?.[0] === state.signature) &&
  (!state.text || texts[run].includes(state.text.toLowerCase()));

const sorted = (runs) => {
  const value = VALUES[state.sort];
  if (!value) return runs;
  const way = state.down ? -1 : 1;
  return [...runs].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === y) return a - b;
    if (x === undefined) return 1; // what is not there comes last, whichever way
    if (y === undefined) return -1;
    return x < y ? -way : way;
  });
};

const bdi = (text) => make('bdi', null, text);
// Of runs without an id, and of all but the first with the same one, the place stands for it.
const key_of = (run) => (number_of.get(data.id[run]) === run ? data.id[run] : `@${run}`);

const row_of = (run) => {
  const [, mark, tone] = data.verdicts[data.verdict[run]];
  const link = make('a', { href: address_of({ run: key_of(run) }), 'data-run': run }, bdi(data.name[run]));
  return make('tr', null,
    make('th', { scope: 'row' }, link),
    make('td', null, make('span', { class: `sr-pill sr-${tone}` }, mark)),
    make('td', null, bdi(scenario_of(run)[1])),
    make('td', null, bdi(signature_of(run)?.[1] ?? '')),
    make('td', { class: 'sr-number' }, String(data.messages[run])),
    make('td', { class: 'sr-number' }, data.took[run]),
    make('td', { class: 'sr-short' }, data.started[run]),
    make('td', null, bdi(batch_of(run)?.[1] ?? '')));
};

const show_rows = () => {
  const some = order.slice(0, limit);
  at('rows').replaceChildren(...some.map(row_of));
  const all = data.id.length.toLocaleString('en');
  const shown = order.length > some.length ? `, the first ${some.length.toLocaleString('en')} are shown` : '';
  at('count').textContent = `${order.length.toLocaleString('en')} of ${all} runs${shown}`;
  at('more').hidden = some.length === order.length;
};

const show_table = () => {
  for (const key of FILTERS) {
    const control = at(`filter-${key}`);
    if (control.value !== state[key]) control.value = state[key];
  }
  for (const head of at('heads').children) {
    const is_it = head.dataset.key === state.sort;
    if (is_it) head.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
    else head.removeAttribute('aria-sort');
  }
  order = sorted([...data.id.keys()].filter(fits));
  limit = SHOWN;
  show_rows();
};

// Conversations

const INDENTED = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/gs;

// Gives JSON over several lines; each token stays as it is written.
const laid_out = (json) => {
  let out = '', depth = 0, before = '';
  const line = () => `\n${'  '.repeat(Math.max(depth, 0))}`;
  for (const [token] of json.matchAll(INDENTED)) {
    if (token === ']' || token === '}') {
      depth -= 1;
      if (before !== '[' && before !== '{') out += line();
    } else if (before === '[' || before === '{' || before === ',') out += line();
    out += token === ':' ? ': ' : token;
    if (token === '[' || token === '{') depth += 1;
    before = token;
  }
  return out;
};

const is_json = (text) => {
  if (!/^[[{]/.test(text)) return false;
  try { JSON.parse(text); return true; } catch { return false; }
};

const pill = (tone, text) => make('span', { class: `sr-pill sr-${tone}` }, text);
const faint = (text) => make('div', { class: 'sr-faint', dir: 'auto' }, text);
const rest = (text) => (text ? make('div', { class: 'sr-rest' }, text) : null);
const said = (text, more) => make('div', { class: `sr-said${more ?? ''}`, dir: 'auto' }, text);

const fold = (label, text, more) => make('details', null,
  make('summary', null, make('span', { class: 'sr-code', dir: 'auto' }, label)),
  make('pre', { dir: 'auto', tabindex: 0 }, text), rest(more));

const inner_of = (turn) => {
  const out = [];
  const text = turn.text ?? '';
  if (text && (turn.role === 'tool' || (!turn.rest && is_json(text)))) {
    out.push(fold(text.trim().slice(0, 70) || 'white space only', is_json(text) ? laid_out(text) : text, turn.rest));
  } else if (text) out.push(said(text), rest(turn.rest));
  else if (!turn.calls && !turn.data) out.push(rest(turn.empty ? 'empty text' : 'no text'));
  for (const [name, given] of turn.calls ?? []) {
    out.push(make('div', { class: 'sr-code' }, 'calls ', make('b', null, bdi(name)), ' ', bdi(given)));
  }
  if (turn.data) out.push(fold('data', laid_out(turn.data), turn.data_rest));
  return out;
};

const ROLES = ['user', 'agent', 'tool', 'system'];

const turn_of = (turn) => {
  const role = ROLES.includes(turn.role) ? turn.role : 'unknown';
  const why = turn.role ? (turn.inferred ? 'Inferred: the data of this turn does not say who spoke' : null)
    : 'Neither this turn nor another one says who spoke';
  return make('div', { class: `sr-turn sr-turn-${role}` },
    make('div', { class: 'sr-who' }, make('b', { title: why }, bdi(turn.who)), make('span', null, `turn ${turn.number}`),
      turn.when ? make('span', { title: turn.at }, turn.when) : null),
    make('div', { class: 'sr-bubble' }, ...inner_of(turn)));
};

const measured = (told) => {
  const out = [];
  const head = (text) => make('h4', { class: 'sr-head' }, text);
  if (told.criteria) {
    out.push(head(told.met));
    for (const [tone, word, name, reason, more] of told.criteria) {
      out.push(make('div', { class: 'sr-check' }, pill(tone, word),
        make('div', null, bdi(name), reason ? said(reason, ' sr-faint') : null, rest(more))));
    }
    out.push(rest(told.criteria_left));
  }
  for (const [name, text, more] of told.remarks ?? []) out.push(head(name), said(text), rest(more));
  if (told.issues) {
    out.push(head(told.issues_of), ...told.issues.map((issue) => make('div', { dir: 'auto' }, issue)), rest(told.issues_left));
  }
  return out;
};

const conversation = async (run) => {
  const part = Math.floor(run / data.together);
  if (!kept.has(part)) kept.set(part, unpack(document.querySelectorAll('.part')[part].textContent));
  const told = (await kept.get(part))[run % data.together];
  const [, mark, tone] = data.verdicts[data.verdict[run]];
  const aside = measured(told);
  return make('div', null,
    make('h3', { class: 'sr-title' }, pill(tone, mark), ' ', make('span', { class: 'sr-code' }, bdi(data.name[run]))),
    ...told.about.map(faint), faint(signature_of(run)?.[1] ?? ''),
    make('div', { class: 'sr-talk' },
      aside.length ? make('div', { class: 'sr-aside' }, ...aside) : null,
      make('div', { class: 'sr-turns' }, ...told.turns.map(turn_of), rest(told.left),
        told.turns.length ? null : rest('no turns'))));
};

const run_of = (id) => number_of.get(id) ?? (/^@\d+$/.test(id) && Number(id.slice(1)) < data.id.length ? Number(id.slice(1)) : undefined);

const show_talk = async () => {
  const talk = at('talk');
  if (!state.run) { if (talk.open) talk.close(); return; }
  const ids = [state.run, state.beside].filter(Boolean);
  const shown = await Promise.all(ids.map(async (id) => {
    const run = run_of(id);
    return run === undefined ? make('div', null, 'This page has no run ', bdi(id), '.') : conversation(run);
  }));
  if (ids[0] !== state.run) return; // another one was asked for meanwhile
  at('talk-title').textContent = ids.length > 1 ? 'Two conversations' : 'Conversation';
  at('talks').replaceChildren(...shown);
  if (!talk.open) talk.showModal();
  talk.scrollTop = 0;
};

let last_table = '';
const show = () => {
  const table = address_of({ ...state, run: '', beside: '' });
  if (table !== last_table) show_table();
  last_table = table;
  return show_talk();
};

// What the reader does

const follow_address = () => {
  const told = read_address();
  if (told === null) return;
  const is_filtered = FILTERS.some((key) => told[key] && told[key] !== state[key]);
  state = told;
  show();
  if (is_filtered && !told.run) {
    at('runs').scrollIntoView();
    at('runs-title').focus({ preventScroll: true });
  }
};

const set_up = () => {
  const options = { verdict: data.verdicts.map(([word, mark]) => [word, mark]), scenario: data.scenarios, signature: data.signatures };
  for (const [key, words] of Object.entries(options)) {
    const there = new Set(data[key]);
    const some = words.filter((_, place) => there.has(place));
    at(`filter-${key}`).append(...some.map(([word, shown]) => make('option', { value: word }, shown)));
    at(`filter-${key}`).addEventListener('change', (event) => go({ [key]: event.target.value }));
  }
  at('filter-text').addEventListener('input', (event) => go({ text: event.target.value }, true));
  at('clear').addEventListener('click', () => go(Object.fromEntries(FILTERS.map((key) => [key, '']))));
  at('heads').append(...COLUMNS.map(([key, word]) => {
    const button = make('button', { type: 'button' }, word);
    button.addEventListener('click', () => go({ sort: key, down: state.sort === key && !state.down ? '1' : '' }));
    return make('th', { scope: 'col', 'data-key': key, class: NUMBERS.includes(key) ? 'sr-number' : null }, button);
  }));
  at('more').addEventListener('click', () => {
    const first = limit;
    limit += SHOWN;
    show_rows();
    at('rows').children[first].querySelector('a').focus();
  });
  at('rows').addEventListener('click', (event) => {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ run: key_of(Number(link.dataset.run)), beside: '' });
  });
  at('close').addEventListener('click', () => at('talk').close());
  at('talk').addEventListener('close', () => { if (state.run) go({ run: '', beside: '' }); });
  at('talk').addEventListener('click', (event) => { if (event.target === at('talk')) at('talk').close(); });
  addEventListener('hashchange', follow_address);
};

const start = async () => {
  data = await unpack(at('data').textContent);
  number_of = new Map();
  data.id.forEach((id, run) => { if (id && !number_of.has(id)) number_of.set(id, run); });
  texts = data.name.map((name, run) => [name, VALUES.verdict(run) === undefined ? '' : data.verdicts[data.verdict[run]][0],
    ...scenario_of(run), ...(signature_of(run) ?? []), ...(batch_of(run) ?? [])].join('\n').toLowerCase());
  set_up();
  state = read_address() ?? Object.fromEntries(KEYS.map((key) => [key, '']));
  at('browse').hidden = false;
  await show();
  if (FILTERS.some((key) => state[key]) && !state.run) at('runs').scrollIntoView();
  document.documentElement.dataset.ready = 'yes';
};

if (typeof DecompressionStream === 'undefined') at('cannot').hidden = false;
else start();
