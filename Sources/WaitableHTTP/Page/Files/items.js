// The list of items: filtered, a page at a time, with actions on those that are chosen.

import { h, show, number, plural, chip, table, loading, trouble, empty, statuses, statusName } from './dom.js';
import { get, go, search, itemPage, may } from './api.js';
import { actions, actOnAll } from './actions.js';
import { open } from './dialogs.js';
import { when, relative, localInput, zone } from './time.js';

const pageSize = 50;
const names = ['status', 'stateMachine', 'error', 'dueFrom', 'dueTo'];
const mostChosen = 10000; // of all that match

export async function render(view, { query, signal }) {
  const filter = Object.fromEntries(names.map(name => [name, query.get(name) ?? '']));
  const list = h('div', { 'aria-live': 'polite' }, loading());
  show(view, h('div', { class: 'title' }, h('h1', null, 'Items'),
    may('start') && h('a', { class: 'button', href: '/ui/machines?start=1' }, 'Start an item')),
    filterForm(filter), list);
  const load = () => showPage(list, filter, query.get('nextToken') ?? '', signal, load);
  await load();
}

function filterForm(filter) {
  const field = (label, name, input) => h('div', { class: 'field' }, h('label', { for: `filter-${name}` }, label), input);
  const moment = name => h('input', {
    id: `filter-${name}`, name, type: 'datetime-local', step: '1', title: `In ${zone()}`,
    value: filter[name] && !Number.isNaN(Date.parse(filter[name])) ? localInput(Date.parse(filter[name])) : '',
  });
  const form = h('form', { class: 'filter', 'aria-label': 'Filter' },
    field('Status', 'status', h('select', { id: 'filter-status', name: 'status' },
      h('option', { value: '' }, 'Any'),
      statuses.map(status => h('option', { value: status, selected: status === filter.status }, statusName(status))))),
    field('State machine', 'stateMachine', h('input', { id: 'filter-stateMachine', name: 'stateMachine', value: filter.stateMachine, maxlength: 80, autocomplete: 'off', spellcheck: 'false' })),
    field('Error', 'error', h('input', { id: 'filter-error', name: 'error', value: filter.error, autocomplete: 'off', spellcheck: 'false' })),
    field('Due from', 'dueFrom', moment('dueFrom')),
    field('Due before', 'dueTo', moment('dueTo')),
    h('div', { class: 'buttons' }, h('button', { class: 'primary' }, 'Filter'),
      Object.values(filter).some(Boolean) && h('a', { class: 'button', href: '/ui/items' }, 'Clear')));
  form.addEventListener('submit', event => {
    event.preventDefault();
    const chosen = Object.fromEntries(new FormData(form));
    for (const name of ['dueFrom', 'dueTo']) {
      // What has not been touched keeps its milliseconds.
      const isSame = filter[name] && chosen[name] === localInput(Date.parse(filter[name]));
      if (isSame) chosen[name] = filter[name];
      else if (chosen[name]) chosen[name] = new Date(chosen[name]).toISOString();
    }
    if ((chosen.dueFrom || chosen.dueTo) && !chosen.status) chosen.status = 'WAITING';
    go('/ui/items' + search(chosen));
  });
  return form;
}

// Reads pages until there is something to show: a page with a filter may be empty and have a next one.
async function readPage(filter, nextToken, limit, signal, onLook) {
  const items = [];
  let token = nextToken;
  for (let pages = 1; ; pages += 1) {
    const page = await get('/items', { ...filter, limit: limit - items.length, nextToken: token }, signal);
    items.push(...page.items);
    token = page.nextToken;
    if (!token || items.length >= limit || pages >= 200) return { items, token };
    onLook?.(pages, items.length);
  }
}

async function showPage(place, filter, nextToken, signal, reload) {
  let page;
  try {
    page = await readPage(filter, nextToken, pageSize, signal, pages => {
      if (pages % 2 === 0) show(place, h('p', { class: 'state', role: 'status' }, `Searching… ${pages} pages looked at.`));
    });
  } catch (error) {
    if (!signal.aborted) show(place, trouble(error, reload));
    return;
  }
  if (signal.aborted) return;
  const { items, token } = page;
  const isFiltered = Object.values(filter).some(Boolean);
  if (!items.length && !token) {
    show(place, isFiltered
      ? empty(nextToken ? 'There are no more' : 'No item matches', h('a', { href: '/ui/items' }, 'Show all items'))
      : empty('There are no items yet', 'Start one with POST / or on the page of a state machine.'));
    return;
  }
  const chosen = new Map();
  const bar = h('div', { class: 'choice', hidden: true });
  const keyOf = item => `${item.stateMachine}:${item.Id}`;
  const isClosedList = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'].includes(filter.status);
  const boxes = items.map(item => h('input', {
    type: 'checkbox', 'aria-label': `Choose ${item.Id}`,
    onchange(event) {
      if (event.target.checked) chosen.set(keyOf(item), item); else chosen.delete(keyOf(item));
      showChoice();
    },
  }));
  const all = h('input', {
    type: 'checkbox', 'aria-label': 'Choose all on this page',
    onchange(event) {
      boxes.forEach((box, index) => {
        box.checked = event.target.checked;
        if (box.checked) chosen.set(keyOf(items[index]), items[index]); else chosen.delete(keyOf(items[index]));
      });
      showChoice();
    },
  });
  const act = async (list, path) => { if (await actOnAll(list, path)) reload(); };
  const buttons = read => Object.entries(actions).map(([path, action]) => h('button', {
    type: 'button', class: action.isDanger && 'danger-text',
    async onclick() { const list = await read(); if (list) act(list, path); },
  }, `${action.name}…`));
  const showChoice = () => {
    bar.hidden = chosen.size === 0;
    all.checked = chosen.size === items.length;
    all.indeterminate = chosen.size > 0 && chosen.size < items.length;
    show(bar, h('strong', { role: 'status' }, `${number(chosen.size)} chosen`), buttons(async () => [...chosen.values()]),
      chosen.size === items.length && token && h('span', { class: 'all' }, 'or all that match: ', buttons(() => countAll(filter))));
  };
  show(place,
    table('Items',
      [...(may('manage') ? [[all, 'check']] : []), ['Id'], ['Status'], [isClosedList ? 'Closed' : 'Due or closed'], ['Error'], ['State machine']],
      items.map((item, index) => [
        ...(may('manage') ? [boxes[index]] : []),
        h('a', { class: 'id', href: itemPage(item.Id, item.stateMachine) }, item.Id),
        [chip(item.status), item.paused && h('span', { class: 'chip aborted' }, 'Paused')],
        moment(item), item.error ? h('span', { class: 'error-name', title: item.cause }, item.error) : '',
        h('a', { class: 'faint', href: '/ui/machines/' + encodeURIComponent(item.stateMachine) }, item.stateMachine),
      ])),
    h('nav', { class: 'pager', 'aria-label': 'Pages' },
      nextToken && h('a', { class: 'button', href: '/ui/items' + search(filter) }, 'First page'),
      token && h('a', { class: 'button', rel: 'next', href: '/ui/items' + search({ ...filter, nextToken: token }) }, 'Next page'),
      h('span', { class: 'faint' }, plural(items.length, 'item'), ' on this page')),
    bar);
}

function moment(item) {
  if (item.closedAt) return when(item.closedAt);
  if (item.status === 'RUNNING') return h('span', { class: 'faint' }, 'held by a worker');
  if (!item.due) return h('span', { class: 'faint' }, item.waitsFor ? `waits for ${item.waitsFor[0].for.toLowerCase()}` : 'no instant');
  return [when(item.due), h('span', { class: 'faint' }, ` ${relative(item.due)}`)];
}

// The dry count: reads all that match, says how many, and hands them over when that is what was meant.
function countAll(filter) {
  const abort = new AbortController();
  return open('All that match', close => {
    const words = h('p', { role: 'status' }, 'Counting…');
    const buttons = h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => { abort.abort(); close(); } }, 'Back'));
    (async () => {
      const items = [];
      let token = '';
      do {
        const page = await get('/items', { ...filter, limit: 1000, nextToken: token }, abort.signal);
        items.push(...page.items);
        token = page.nextToken;
        show(words, `${number(items.length)} so far…`);
      } while (token && items.length < mostChosen);
      show(words, token
        ? `The first ${number(items.length)} are taken; there are more. Repeat it for those.`
        : `${plural(items.length, 'item')} match.`);
      buttons.append(h('button', { type: 'button', class: 'primary', onclick: () => close(items) }, `Go on with ${number(items.length)}`));
    })().catch(error => { if (!abort.signal.aborted) show(words, error.message); });
    return [words, buttons];
  });
}
