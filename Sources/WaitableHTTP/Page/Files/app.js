// The frame around the views: addresses, navigation, who is signed in, and whether the connection stands.

import { h, show, loading, trouble, empty } from './dom.js';
import { go, learnAccess, session, setToken, token, whenUnknown, itemPage } from './api.js';
import { connection, listen, whenConnectionChanges } from './events.js';
import { clockTime, counting, duration, learnNow } from './time.js';

const main = document.getElementById('main');

// The first part of an address -> the module that shows it. Nothing is fetched before it is needed.
const views = {
  '': ['Overview', () => import('./overview.js')],
  schedule: ['Schedule', () => import('./schedule.js')],
  items: ['Items', name => name ? import('./item.js') : import('./items.js')],
  failures: ['Failures', () => import('./failures.js')],
  machines: ['Machines', name => name ? import('./machine.js') : import('./machines.js')],
  activities: ['Activities', () => import('./activities.js')],
};

let leave = new AbortController();

// Shows what the address says.
async function render() {
  leave.abort();
  leave = new AbortController();
  const signal = leave.signal;
  const parts = location.pathname.split('/').slice(2).filter(part => part !== '');
  let name = '';
  try { name = parts[1] ? decodeURIComponent(parts[1]) : ''; } catch { /* it is shown as not found */ }
  const [title, load] = views[parts[0] ?? ''] ?? [];
  document.title = title ? `${name || title} · Waitable` : 'Waitable';
  for (const link of document.querySelectorAll('#nav a')) {
    const isHere = link.getAttribute('href') === (parts[0] ? `/ui/${parts[0]}` : '/ui');
    if (isHere) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
  document.querySelector('#nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  if (!load) return show(main, h('h1', { class: 'hidden' }, 'Not found'), empty('There is nothing at this address', h('a', { href: '/ui' }, 'Go to the overview')));
  if (session.needsCredentials && !session.name) return askForToken();
  if (!session.rights.has('read')) {
    return show(main, h('h1', { class: 'hidden' }, 'Not allowed'), empty('This token may not read', 'The page shows what the right “read” lets a token see. Use another token.'));
  }
  show(main, h('div', { class: 'view' }, loading()));
  try {
    const module = await load(name);
    if (signal.aborted) return;
    const view = h('div', { class: 'view' });
    show(main, view);
    // Every view knows whether the connection stands; one stream a tab is enough for that.
    if (!module.isLive) listen({ areas: 'overview' }, { overview: overview => learnNow(overview.now) }, signal);
    await module.render(view, { name, query: new URLSearchParams(location.search), signal });
  } catch (error) {
    if (signal.aborted || error.status === 401) return;
    show(main, trouble(error, render));
  }
}

function showSession() {
  const place = document.getElementById('session');
  show(place, session.needsCredentials && session.name && [
    h('span', { class: 'who', title: `Rights: ${[...session.rights].join(', ')}` }, session.name),
    h('button', { type: 'button', class: 'quiet', onclick: () => { setToken(''); location.reload(); } }, 'Sign out'),
  ]);
}

function askForToken(problem) {
  leave.abort();
  session.name = undefined;
  session.rights = new Set();
  showSession();
  const input = h('input', { id: 'token', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false' });
  const form = h('form', { class: 'panel sign-in' },
    h('h1', null, 'Sign in'),
    h('p', null, 'This ingest asks for a token. It is kept in this tab and forgotten when the tab is closed.'),
    h('label', { for: 'token' }, 'Token'), input,
    problem && h('p', { class: 'problem', role: 'alert' }, problem),
    h('button', { class: 'primary' }, 'Sign in'));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    setToken(input.value.trim());
    start();
  });
  show(main, form);
  input.focus();
}

function showConnection() {
  const banner = document.getElementById('banner');
  const { state, seen, reason } = connection;
  const isWell = state === 'live' || state === 'connecting';
  banner.hidden = isWell;
  document.body.classList.toggle('stale', !isWell);
  if (isWell) return show(banner);
  const last = seen
    ? [' Last seen ', clockTime(seen), ' (', counting(() => `${duration(Date.now() - seen)} ago`), '). Trying again…']
    : ' Trying again…';
  show(banner, h('strong', null, state === 'lost' ? 'Connection lost.' : 'Redis does not answer.'),
    state === 'trouble' && reason && ` ${reason}`, last);
}

function listenToKeys() {
  let isGoing = false;
  const places = { o: '/ui', s: '/ui/schedule', i: '/ui/items', f: '/ui/failures', m: '/ui/machines', a: '/ui/activities' };
  document.addEventListener('keydown', async event => {
    const isTyping = event.target.closest?.('input, textarea, select, dialog');
    if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === '/') {
      event.preventDefault();
      document.getElementById('find-id').focus();
    } else if (event.key === '?') {
      (await import('./dialogs.js')).help();
    } else if (isGoing && places[event.key]) {
      go(places[event.key]);
    }
    isGoing = event.key === 'g';
  });
}

document.addEventListener('click', event => {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const address = new URL(link.href, location.href);
  if (address.origin !== location.origin || !/^\/ui(\/|$)/.test(address.pathname) || link.target) return;
  event.preventDefault();
  go(address.pathname + address.search);
  main.focus({ preventScroll: true });
});
document.getElementById('find').addEventListener('submit', event => {
  event.preventDefault();
  const id = document.getElementById('find-id').value.trim();
  if (id) go(itemPage(id));
});
window.addEventListener('popstate', render);
whenConnectionChanges(showConnection);
whenUnknown(problem => askForToken(token() ? problem.message : undefined));
listenToKeys();

async function start() {
  try {
    await learnAccess();
  } catch (error) {
    if (error.status === 401) { session.needsCredentials = true; return; }
    show(main, trouble(error, start));
    return;
  }
  showSession();
  render();
}
start();
