// One item: where it stands, what happened, on a line of time and on its state machine's graph.

import { h, show, chip, panel, table, loading, trouble, empty, code, pretty, number } from './dom.js';
import { get, aws, detailsOf, executionArn, itemPath, itemPage, machinePage } from './api.js';
import { listen } from './events.js';
import { buttonsFor } from './actions.js';
import { showGraph } from './graph.js';
import { when, duration, relative, counting, now } from './time.js';

const mostEvents = 1000;

export const isLive = true;

export async function render(view, { name: id, query, signal }) {
  let machine = query.get('stateMachine') ?? undefined;
  show(view, h('h1', null, id), loading());
  let item;
  try {
    item = await get(itemPath(id, machine), {}, signal);
  } catch (error) {
    if (signal.aborted) return;
    show(view, h('h1', null, id), error.status === 404 ? await elsewhere(id, machine, signal) : trouble(error, () => render(view, { name: id, query, signal })));
    return;
  }
  machine = item.stateMachine;
  const head = h('header', { class: 'item-head' });
  const line = h('div', null, loading());
  const graph = h('div', { class: 'graph-place' }, loading());
  const data = h('div');
  const history = h('div', { class: 'history' }, loading());
  const raw = h('div');
  show(view, head,
    h('div', { class: 'columns wide-left' }, panel('Timeline', line), panel('State machine', graph)),
    panel('Data', data), panel('History', history), h('details', { class: 'panel' }, h('summary', null, 'Raw JSON'), raw));

  let round = 0;
  let children = [];
  let runs = [];
  const refresh = async given => {
    const own = ++round;
    try {
      if (!given) item = await get(itemPath(id, machine), {}, signal);
      showHead(head, item, refresh, children, runs);
      showData(data, item);
      show(raw, code(pretty(item), 'The item as JSON'));
      const [timeline, events] = await Promise.all([
        get(itemPath(id, machine, 'timeline'), {}, signal).catch(error => ({ error })),
        readHistory(id, machine, signal).catch(error => ({ error })),
      ]);
      if (own !== round || signal.aborted) return;
      if (!events.error) children = childrenIn(events.filter(event => event.type.startsWith('Task')).map(detailsOf), item);
      if (!events.error) runs = mapRunsIn(events);
      if (children.length + runs.length) showHead(head, item, refresh, children, runs);
      show(line, timeline.error ? trouble(timeline.error) : timelineOf(timeline, item));
      show(history, events.error ? trouble(events.error) : historyOf(events));
      await showGraph(graph, machine, id, events.error ? undefined : events, item, signal);
    } catch (error) {
      if (!signal.aborted) show(line, trouble(error, () => refresh()));
    }
  };
  await refresh(item);
  listen({ areas: 'item', Id: id, stateMachine: machine }, {
    item(changed) {
      if (JSON.stringify(changed) === JSON.stringify(item)) return;
      item = changed;
      refresh(changed);
    },
  }, signal);
}

// An Id that the default state machine does not have may be of another.
async function elsewhere(id, machine, signal) {
  const nothing = empty('There is no item of this Id', 'It was never accepted, or it left after its retention.');
  if (machine) return nothing;
  const { stateMachines } = await get('/state-machines', {}, signal).catch(() => ({ stateMachines: [] }));
  const found = await Promise.all(stateMachines.filter(other => !other.isDefault).slice(0, 50).map(other =>
    get(itemPath(id, other.name), {}, signal).then(item => item, () => undefined)));
  const items = found.filter(Boolean);
  if (!items.length) return nothing;
  return table('Items of this Id', [['State machine'], ['Status']], items.map(item =>
    [h('a', { href: itemPage(item.Id, item.stateMachine) }, item.stateMachine), chip(item.status)]));
}

function showHead(place, item, refresh, children, runs) {
  const isWaiting = item.status === 'WAITING' && item.due;
  show(place,
    h('div', { class: 'title' }, h('h1', null, item.Id), chip(item.status), item.paused && h('span', { class: 'chip aborted' }, 'Paused'),
      h('div', { class: 'buttons' }, buttonsFor(item, () => refresh()))),
    h('dl', { class: 'facts' },
      h('dt', null, 'State machine'), h('dd', null, h('a', { href: machinePage(item.stateMachine) }, item.stateMachine)),
      item.state && [h('dt', null, 'State'), h('dd', null, item.state)],
      h('dt', null, 'Started'), h('dd', null, when(item.startedAt)),
      isWaiting && [h('dt', null, 'Due'), h('dd', null, when(item.due), ' (', counting(() => relative(item.due)), ')')],
      item.waitsFor && [h('dt', null, 'Waits for'), h('dd', null, item.waitsFor.map(wait => `${wait.for.toLowerCase()} in ${wait.state}`).join(', '))],
      item.closedAt && [h('dt', null, 'Closed'), h('dd', null, when(item.closedAt), ` after ${duration(Date.parse(item.closedAt) - Date.parse(item.startedAt))}`)],
      item.redriveCount && [h('dt', null, 'Redriven'), h('dd', null, number(item.redriveCount), item.redriveCount === 1 ? ' time' : ' times')],
      runs.length > 0 && [h('dt', null, 'Map runs'), h('dd', null, runs.map((machine, index) =>
        [index > 0 && ', ', h('a', { href: '/ui/items?stateMachine=' + encodeURIComponent(machine) }, machine)]))],
      children.length > 0 && [h('dt', null, 'Children'), h('dd', null, children.slice(0, 20).map(([machine, id], index) =>
        [index > 0 && ', ', h('a', { href: itemPage(id, machine) }, id)]), children.length > 20 && ` and ${number(children.length - 20)} more`)],
      item.parent && [h('dt', null, 'Parent'), h('dd', null, h('a', { href: itemPage(item.parent.Id, item.parent.stateMachine) }, item.parent.Id))]),
    (item.error || item.cause) && h('div', { class: 'cause' }, h('strong', null, item.error ?? 'No error name'), item.cause && h('pre', { tabindex: '0', 'aria-label': 'Cause' }, item.cause)));
}

const eventNames = {
  ACCEPTED: 'Accepted', RAN: 'Ran', DUE: 'Due', RESCHEDULED: 'Rescheduled', REDRIVEN: 'Redriven', SUCCEEDED: 'Succeeded',
  FAILED: 'Failed', TIMED_OUT: 'Timed out', ABORTED: 'Cancelled', LEASE_LOST: 'Lease lost', WAITS: 'Waits',
};
const eventName = event => eventNames[event] ?? event[0] + event.slice(1).toLowerCase().replaceAll('_', ' ');

function timelineOf({ events, attempts }, item) {
  return [
    h('ol', { class: 'timeline' }, events.map((event, index) => {
      const before = events[index - 1];
      const apart = before && event.at && before.at ? Date.parse(event.at) - Date.parse(before.at) : 0;
      const others = Object.entries(event).filter(([name]) => !['event', 'at', 'states', 'lateMilliseconds'].includes(name));
      return h('li', { class: `event ${event.event.toLowerCase().replaceAll('_', '-')}` },
        h('div', null, h('strong', null, eventName(event.event)), apart > 0 && h('span', { class: 'faint' }, event.event === 'RAN' && before.event === 'DUE' ? ` ${duration(apart)} late` : ` after ${duration(apart)}`)),
        h('div', null, when(event.at), event.at && Date.parse(event.at) > now() && h('span', { class: 'faint' }, ' (to come)')),
        event.states && h('div', { class: 'states' }, event.states.join(' → ')),
        others.map(([name, value]) => h('div', { class: 'faint' }, `${label(name)}: ${typeof value === 'object' ? JSON.stringify(value) : label(name).endsWith('ms') ? number(value) : value}`)));
    })),
    attempts > 1 && h('p', { class: 'note' }, `Taken ${attempts} times: a worker lost it ${attempts - 1} times.`),
  ];
}
const label = name => name.replace(/([A-Z])/g, ' $1').replace(/^./, first => first.toUpperCase()).replace(/ Milliseconds$/, ', ms');

async function readHistory(id, machine, signal) {
  const arn = await executionArn(machine, id);
  const events = [];
  let nextToken;
  do {
    const page = await aws('GetExecutionHistory', { executionArn: arn, maxResults: 500, ...(nextToken && { nextToken }) }, signal);
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken && events.length < mostEvents);
  events.hasMore = Boolean(nextToken);
  return events;
}

// The executions that an item's tasks started, as its history names them: [state machine, Id].
function childrenIn(value, own) {
  const arns = JSON.stringify(value).matchAll(/arn:aws:states:[^:"\\]*:\d+:execution:([^:"\\]+):([^:"\\]+)/g);
  const found = new Map();
  for (const [, machine, id] of arns) if (id !== own.Id || machine !== own.stateMachine) found.set(`${machine}:${id}`, [machine, id]);
  return [...found.values()];
}

// The state machines of the map runs that it started.
const mapRunsIn = events => [...new Set(events.map(event => /:mapRun:([^:]+):/.exec(detailsOf(event).mapRunArn ?? '')?.[1]).filter(Boolean))];

function historyOf(events) {
  if (!events.length) return empty('No history is kept', 'The state machine keeps none, or an express execution has ended.');
  return [
    table('History', [['#', 'num'], ['Event'], ['State'], ['When'], ['Details']], events.map(event => {
      const details = detailsOf(event);
      return [event.id, event.type, details.name ?? '', when(event.timestamp * 1000, `.${String(Math.round(event.timestamp * 1000) % 1000).padStart(3, '0')}`),
        Object.keys(details).length > (details.name ? 1 : 0)
          ? h('details', null, h('summary', null, details.error ?? 'Show'), code(pretty(details), 'Details')) : ''];
    })),
    events.hasMore && h('p', { class: 'note' }, `The first ${number(events.length)} events. GetExecutionHistory has them all.`),
  ];
}

function showData(place, item) {
  const block = (title, value) => value !== undefined && h('div', { class: 'block' }, h('h3', null, title), code(pretty(value), title));
  show(place, h('div', { class: 'blocks' }, block('Input', item.input), block('Output', item.output), block('Item', item.item)));
}
