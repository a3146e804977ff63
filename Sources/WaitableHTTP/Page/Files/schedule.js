// What comes: due instants as a histogram, from the next minute to the next ten years.

import { h, show, number, table, loading, trouble, empty } from './dom.js';
import { get } from './api.js';
import { bars } from './charts.js';
import { now, short, text, when } from './time.js';

const minute = 60000;
const hour = 60 * minute;
const day = 24 * hour;
const ranges = {
  minute: ['Next minute', minute, 60], hour: ['Next hour', hour, 60], day: ['Next day', day, 48],
  week: ['Next week', 7 * day, 84], month: ['Next month', 30 * day, 60], year: ['Next year', 365 * day, 73],
  decade: ['Next ten years', 3650 * day, 120],
};

export async function render(view, { query, signal }) {
  const range = ranges[query.get('range')] ? query.get('range') : 'hour';
  const [title, length, buckets] = ranges[range];
  const chart = h('div', null, loading());
  show(view,
    h('h1', null, 'What comes'),
    h('nav', { class: 'tabs', 'aria-label': 'Range' }, Object.entries(ranges).map(([name, [label]]) =>
      h('a', { href: `/ui/schedule?range=${name}`, 'aria-current': name === range && 'page' }, label))),
    h('section', { class: 'panel' }, h('h2', null, title), chart));
  const load = async () => {
    const from = Math.floor(now());
    try {
      const found = await get('/schedule', {
        from: new Date(from).toISOString(), to: new Date(from + length).toISOString(), buckets,
      }, signal);
      if (!signal.aborted) show(chart, histogram(found, from));
    } catch (error) {
      if (!signal.aborted) show(chart, trouble(error, load));
    }
  };
  await load();
  const timer = setInterval(load, 10000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

const listOf = bucket => `/ui/items?status=WAITING&dueFrom=${encodeURIComponent(bucket.from)}&dueTo=${encodeURIComponent(bucket.to)}`;

function histogram({ buckets, earlier, later, answersOnly }, from) {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const last = buckets.length - 1;
  const middle = Math.floor(last / 2);
  const peak = buckets.reduce((best, bucket) => bucket.count > best.count ? bucket : best, buckets[0]);
  const facts = h('dl', { class: 'facts' },
    h('dt', null, 'In this range'), h('dd', null, number(total)),
    h('dt', null, 'Due already, or held'), h('dd', null, h('a', { href: `/ui/items?status=WAITING&dueTo=${encodeURIComponent(new Date(from).toISOString())}` }, number(earlier))),
    h('dt', null, 'Later'), h('dd', null, number(later)),
    answersOnly > 0 && [h('dt', null, 'Waiting for an answer'), h('dd', null, number(answersOnly))],
    total > 0 && [h('dt', null, 'Peak'), h('dd', null, h('a', { href: listOf(peak) }, number(peak.count)), ' from ', when(peak.from))]);
  if (!total) return [facts, empty('Nothing is due in this range', 'Choose a longer one.')];
  return [
    facts,
    h('div', { class: 'plot tall' }, bars(`Items by due instant: ${number(total)}`, buckets.map(bucket => ({
      count: bucket.count, title: `${text(bucket.from)} to ${text(bucket.to)}: ${number(bucket.count)}`, href: listOf(bucket),
    })), [[0, 'now'], [middle, short(buckets[middle].from)], [last, short(buckets[last].to)]], { isLinked: true, kind: 'ahead', height: 220 })),
    h('p', { class: 'note' }, 'Choose a bar to list its items.'),
    h('details', null, h('summary', null, 'As a table'),
      table('Due instants', [['From'], ['To'], ['Items', 'num']], buckets.filter(bucket => bucket.count).map(bucket =>
        [when(bucket.from), when(bucket.to), h('a', { href: listOf(bucket) }, number(bucket.count))]))),
  ];
}
