// One conversation at a time, and the label that a person gives it. Labels are kept in the browser
// under the name of the sheet, and leave it as the CSV that the sheet itself would be.
const WORDS = [['success', 'Success', 's'], ['failure', 'Failure', 'f'], ['unsure', 'Unsure', 'u']];
const ROLES = ['user', 'agent', 'tool', 'system'];

let data, kept = { labeller: '', at: 0, rows: {} };
let is_kept = true, is_taken = true; // in the browser, and in a file

const name_of_kept = () => `simruns-labels-${data.sheet}`;

const restore = () => {
  try {
    const found = JSON.parse(localStorage.getItem(name_of_kept()));
    if (found && typeof found.rows === 'object') kept = { labeller: '', at: 0, ...found };
  } catch { is_kept = false; }
  kept.at = Math.min(Math.max(0, Number(kept.at) || 0), data.rows.length - 1);
};

const keep = () => {
  try { localStorage.setItem(name_of_kept(), JSON.stringify(kept)); is_kept = true; } catch { is_kept = false; }
  at('unsaved').hidden = is_kept;
};

// What is said of the conversation at a place: its label, a note, and the labels of its criteria in
// their order. No text of the runs is the name of a member.
const said_of = (place) => kept.rows[place] ?? { label: '', note: '', criteria: [] };

const say = (change) => {
  kept.rows[kept.at] = { ...said_of(kept.at), ...change };
  is_taken = false;
  keep();
  show_label();
};

const bdi = (text) => make('bdi', null, text);

const turn_of = ([role, text], place) => make('div', { class: `sr-turn sr-turn-${ROLES.includes(role) ? role : 'unknown'}` },
  make('div', { class: 'sr-who' }, make('b', null, bdi(role)), make('span', null, `turn ${place + 1}`)),
  make('div', { class: 'sr-bubble' }, text ? make('div', { class: 'sr-said', dir: 'auto' }, text)
    : make('div', { class: 'sr-rest' }, 'no text')));

// Buttons for the words, of which the one that is said is pressed; pressing it again unsays it.
const choices = (where, is_said, choose, keyed) => where.replaceChildren(...WORDS.map(([word, shown, key]) => {
  const button = make('button', { type: 'button', 'data-word': word, 'aria-pressed': String(is_said(word)),
    'aria-keyshortcuts': keyed ? key : null }, shown);
  button.addEventListener('click', () => choose(is_said(word) ? '' : word));
  return button;
}));

// Drawn anew with each change: the button that had the focus has it again.
const keeping_focus = (draw) => {
  const { word } = document.activeElement?.dataset ?? {};
  const group = document.activeElement?.parentElement?.id;
  draw();
  if (word && group) at(group)?.querySelector(`[data-word=${word}]`)?.focus({ preventScroll: true });
};

const show_label = () => keeping_focus(() => {
  const row = data.rows[kept.at];
  const said = said_of(kept.at);
  choices(at('words'), (word) => said.label === word, (word) => say({ label: word }), true);
  row.criteria.forEach((_, place) => choices(at(`criterion-${place}`), (word) => said.criteria[place] === word,
    (word) => say({ criteria: row.criteria.map((one, other) => (other === place ? word : said.criteria[other] ?? '')) }), false));
  const labelled = data.rows.filter((_, place) => said_of(place).label).length;
  at('progress').max = data.rows.length;
  at('progress').value = labelled;
  at('count').textContent = `${labelled.toLocaleString('en')} of ${data.rows.length.toLocaleString('en')} labelled`;
  const told = said.label ? `, labelled ${said.label}` : '';
  at('where').textContent = `Conversation ${(kept.at + 1).toLocaleString('en')} of ${data.rows.length.toLocaleString('en')}${told}`;
  at('open').disabled = labelled === data.rows.length;
});

const show_row = () => {
  const row = data.rows[kept.at];
  at('about').replaceChildren('scenario ', bdi(row.about), ' · run ', bdi(row.run));
  at('mission').hidden = !row.mission;
  at('wanted').textContent = row.mission;
  at('turns').replaceChildren(...row.turns.map(turn_of), ...(row.turns.length ? [] : [make('div', { class: 'sr-rest' }, 'no turns')]));
  at('criteria').replaceChildren(...row.criteria.map(([, shown, asks], place) => make('div', null,
    make('h3', { id: `criterion-${place}-name` }, bdi(shown)),
    asks ? make('div', { class: 'sr-said', dir: 'auto', tabindex: 0, role: 'group', 'aria-label': 'What it asks for' }, asks) : null,
    make('div', { class: 'words', role: 'group', id: `criterion-${place}`, 'aria-labelledby': `criterion-${place}-name` }))));
  at('note').value = said_of(kept.at).note;
  at('back').disabled = kept.at === 0;
  at('next').disabled = kept.at === data.rows.length - 1;
  show_label();
};

// Shows another conversation, from its beginning; where it is stands in the heading, which is read out.
const go = (place) => {
  if (place < 0 || place >= data.rows.length) return;
  kept.at = place;
  keep();
  show_row();
  scrollTo(0, 0);
  at('where').focus({ preventScroll: true });
};

const next_open = () => {
  const places = [...data.rows.keys()];
  const order = [...places.slice(kept.at + 1), ...places.slice(0, kept.at + 1)];
  const found = order.find((place) => !said_of(place).label);
  if (found !== undefined) go(found);
};

// CSV as the sheet has it: an apostrophe before what a spreadsheet would take for a formula.
const cell = (value) => {
  const text = data.formula.some((start) => value.startsWith(start)) ? `'${value}` : value;
  return /[,"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const values_of = (row, place) => {
  const said = said_of(place);
  const is_said = said.label || said.note || said.criteria.some(Boolean);
  const transcript = row.turns.map(([role, shown, text]) => `${role}: ${text ?? shown}`).join('\n');
  const told = { run_id: row.id, scenario: row.scenario, transcript, label: said.label, labeller: is_said ? kept.labeller : '', note: said.note };
  return data.columns.map((name) => (name.startsWith(data.criterion)
    ? said.criteria[row.criteria.findIndex(([key]) => data.criterion + key === name)] ?? '' : told[name]));
};

const download = () => {
  const lines = [data.columns, ...data.rows.map(values_of)].map((values) => values.map(cell).join(','));
  const blob = new Blob(['\ufeff', lines.join('\n'), '\n'], { type: 'text/csv' });
  const link = make('a', { href: URL.createObjectURL(blob), download: 'labels.csv' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  is_taken = true;
};

const typing = () => ['INPUT', 'TEXTAREA'].includes(document.activeElement?.tagName) && document.activeElement.type !== 'checkbox';

const press = (event) => {
  if (event.key === 'Escape' && typing()) { document.activeElement.blur(); return; }
  if (typing() || !at('keys').checked || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  const word = WORDS.find(([, , letter]) => letter === key)?.[0];
  if (word) say({ label: word });
  else if (key === 'arrowright') go(kept.at + 1);
  else if (key === 'arrowleft') go(kept.at - 1);
  else if (key === 'n') at('note').focus();
  else return;
  event.preventDefault();
};

const set_up = () => {
  at('labeller').addEventListener('input', (event) => { kept.labeller = event.target.value; is_taken = false; keep(); });
  at('note').addEventListener('input', (event) => say({ note: event.target.value }));
  at('back').addEventListener('click', () => go(kept.at - 1));
  at('next').addEventListener('click', () => go(kept.at + 1));
  at('open').addEventListener('click', next_open);
  at('download').addEventListener('click', download);
  addEventListener('keydown', press);
  addEventListener('storage', (event) => { // another window with this sheet
    if (event.key !== name_of_kept() || !event.newValue) return;
    const place = kept.at;
    restore();
    kept.at = place;
    at('labeller').value = kept.labeller;
    show_row();
  });
  addEventListener('beforeunload', (event) => { if (!is_kept && !is_taken) event.preventDefault(); });
};

const start = async () => {
  data = await unpack(at('data').textContent);
  restore();
  set_up();
  at('labeller').value = kept.labeller;
  at('work').hidden = at('far').hidden = false;
  keep();
  show_row();
  document.documentElement.dataset.ready = 'yes';
};

if (typeof DecompressionStream === 'undefined') at('cannot').hidden = false;
else start();
