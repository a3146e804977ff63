// What did not succeed, by error and state, the newest first; and a redrive of all of a kind.

import { h, show, number, plural, chip, table, loading, trouble, empty, statusName } from './dom.js';
import { get, search, itemPage, may, post, itemPath } from './api.js';
import { open, ask, progress } from './dialogs.js';
import { when, relative } from './time.js';

const mostRedriven = 10000;

export async function render(view, { query, signal }) {
  const status = query.get('status') ?? '';
  const place = h('div', null, loading());
  show(view, h('h1', null, 'Failures'),
    h('nav', { class: 'tabs', 'aria-label': 'Status' }, ['', 'FAILED', 'TIMED_OUT', 'ABORTED'].map(kind =>
      h('a', { href: '/ui/failures' + search({ status: kind }), 'aria-current': kind === status && 'page' }, kind ? statusName(kind) : 'All'))),
    place);
  await survey(place, status, signal);
}

// Reads the survey a page at a time, and adds up what is of one kind.
async function survey(place, status, signal) {
  const groups = new Map();
  let [looked, token, pages] = [0, '', 0];
  const more = async () => {
    try {
      do {
        const page = await get('/failures', { status, nextToken: token, limit: 1000 }, signal);
        for (const group of page.groups) add(groups, group);
        looked += page.looked;
        token = page.nextToken ?? '';
        pages += 1;
      } while (token && (groups.size === 0 || looked < 1000) && pages % 100 !== 0);
    } catch (error) {
      if (!signal.aborted) show(place, trouble(error, () => survey(place, status, signal)));
      return;
    }
    if (!signal.aborted) showGroups(place, [...groups.values()], looked, token && more, () => survey(place, status, signal));
  };
  await more();
}

function add(groups, group) {
  const key = JSON.stringify([group.stateMachine, group.status, group.error, group.state]);
  const known = groups.get(key);
  if (known) known.count += group.count; else groups.set(key, { ...group });
}

function showGroups(place, groups, looked, more, again) {
  if (!groups.length && !more) { show(place, empty('Nothing has failed', 'What failed, timed out or was cancelled is listed here until its retention ends.')); return; }
  const listOf = group => '/ui/items' + search({ status: group.status, stateMachine: group.stateMachine, error: group.error });
  show(place,
    h('p', { class: 'note' }, `${plural(groups.length, 'kind')} among ${more ? 'the newest ' : ''}${plural(looked, 'failure')}.`),
    h('div', { class: 'cards' }, groups.map(group => h('article', { class: 'card failure' },
      h('header', null, chip(group.status), h('h2', null, group.error ?? (group.status === 'ABORTED' ? 'Cancelled without an error' : 'No error name')),
        h('strong', { class: 'count' }, number(group.count))),
      h('p', null, group.state && ['in ', h('code', null, group.state), ' of '], h('a', { href: '/ui/machines/' + encodeURIComponent(group.stateMachine) }, group.stateMachine)),
      group.last.cause && h('pre', { class: 'last-cause', tabindex: '0', 'aria-label': 'Last cause' }, group.last.cause),
      h('footer', null,
        h('span', { class: 'faint' }, 'last ', h('a', { href: itemPage(group.last.Id, group.last.stateMachine) }, group.last.Id), ', ', when(group.last.closedAt), ` (${relative(group.last.closedAt)})`),
        h('div', { class: 'buttons' },
          h('a', { class: 'button', href: listOf(group) }, 'Show items'),
          may('manage') && h('button', { type: 'button', onclick: () => redriveAll(group).then(isDone => isDone && again()) }, 'Redrive all…')))))),
    more && h('nav', { class: 'pager' }, h('button', { type: 'button', onclick: more }, 'Look further back')));
}

// A dry count first, then a few at a time.
async function redriveAll(group) {
  const abort = new AbortController();
  const items = await open('Redrive all of this kind', close => {
    const words = h('p', { role: 'status' }, 'Counting…');
    const buttons = h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => { abort.abort(); close(); } }, 'Back'));
    count(group, abort.signal, found => show(words, `${number(found)} so far…`)).then(({ items, hasMore }) => {
      show(words, `${plural(items.length, 'item')} ${statusName(group.status).toLowerCase()}${group.error ? ` with ${group.error}` : ''}${hasMore ? '; there are more, which stay' : ''}. Each goes on in the state where it ended.`);
      if (items.length) buttons.append(h('button', { type: 'button', class: 'primary', onclick: () => close(items) }, `Redrive ${number(items.length)}`));
    }, error => { if (!abort.signal.aborted) show(words, error.message); });
    return [words, buttons];
  });
  if (!items) return false;
  await progress(`Redrive: ${plural(items.length, 'item')}`, items, item => post(itemPath(item.Id, item.stateMachine, 'redrive')));
  return true;
}

async function count(group, signal, onLook) {
  const items = [];
  let token = '';
  do {
    const page = await get('/items', { status: group.status, stateMachine: group.stateMachine, error: group.error, limit: 1000, nextToken: token }, signal);
    items.push(...page.items.filter(item => item.error === group.error));
    token = page.nextToken ?? '';
    onLook(items.length);
  } while (token && items.length < mostRedriven);
  return { items, hasMore: Boolean(token) };
}
