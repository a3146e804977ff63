// The overview: is anything late, why, and who works on it.

import { h, show, number, plural, panel, table, bytes, loading, empty, trouble } from './dom.js';
import { get } from './api.js';
import { listen } from './events.js';
import { bars, meter } from './charts.js';
import { duration, learnNow, clockTime, when } from './time.js';

const lateFrom = 1; // seconds overdue from which it is said to be late
const alarmFrom = 60;

export const isLive = true;

export async function render(view, { signal }) {
  const verdict = h('section', { class: 'verdict', 'aria-label': 'State' }, loading());
  const tiles = h('dl', { class: 'tiles' });
  const redis = h('div');
  const workers = h('div', null, loading());
  const partitions = h('div');
  const doctor = h('div', null, loading());
  const closed = h('div', null, loading());
  const coming = h('div', null, loading());
  show(view,
    h('h1', { class: 'hidden' }, 'Overview'),
    verdict, tiles,
    h('div', { class: 'columns' },
      panel('Closed in the last hour', closed),
      panel('Due in the next hour', coming)),
    panel('Workers', workers),
    partitions,
    h('div', { class: 'columns' }, panel('Redis', redis), panel('Doctor', doctor)));

  const schedule = async () => {
    try {
      const upcoming = await get('/schedule', { buckets: 60 }, signal);
      show(coming, hourAhead(upcoming));
    } catch (error) {
      if (!signal.aborted && !coming.querySelector('svg')) show(coming, trouble(error));
    }
  };
  schedule();
  const timer = setInterval(schedule, 15000);
  signal.addEventListener('abort', () => clearInterval(timer));

  listen({}, {
    overview(overview) {
      learnNow(overview.now);
      show(verdict, judge(overview));
      verdict.className = `verdict ${kindOf(overview)}`;
      showTiles(tiles, overview);
      show(workers, workerTable(overview));
      show(redis, redisFacts(overview.redis));
      show(partitions, partitionPanel(overview.partitions));
      show(doctor, lastCheckup(overview.doctor));
    },
    throughput: throughput => show(closed, lastHour(throughput)),
    refused: error => show(verdict, trouble(error)),
  }, signal);
}

function kindOf({ due, oldestOverdueSeconds, redis, workers, waiting }) {
  if (redis?.isReady === false || (due && oldestOverdueSeconds >= alarmFrom)) return 'bad';
  if ((due && oldestOverdueSeconds >= lateFrom) || (!workers.length && due + waiting > 0)) return 'warn';
  return 'good';
}

// The answer to the first question, with the reason as far as it can be seen from here.
function judge(overview) {
  const { due, oldestOverdueSeconds: late, workers, running, paused, redis, waiting } = overview;
  const isLate = due > 0 && late >= lateFrom;
  const title = isLate
    ? `${plural(due, 'item')} due, the oldest for ${duration(late * 1000)}`
    : redis?.isReady === false ? 'Starts are not taken' : 'Nothing is late';
  const reasons = [];
  if (redis?.isReady === false) reasons.push(`Not ready: ${redis.reason}.`);
  if (!workers.length && due + waiting > 0) reasons.push('No worker has reported itself: start “waitable worker”.');
  else if (isLate && running > 0) reasons.push(`${plural(workers.length, 'worker')} hold ${number(running)}; they do not keep up, or a call takes long.`);
  else if (isLate) reasons.push(`${plural(workers.length, 'worker')} reported themselves and hold nothing. A lease of a worker that died runs out first.`);
  if (paused > 0) reasons.push(`${plural(paused, 'more item')} ${paused === 1 ? 'was' : 'were'} due while the state machine was paused.`);
  if (!isLate && !reasons.length) reasons.push(workers.length
    ? `${plural(workers.length, 'worker')} at work.` : 'Nothing waits, and no worker has reported itself.');
  return [
    h('div', null, h('strong', { class: 'headline' }, title), h('p', null, reasons.join(' '))),
    h('div', { class: 'verdict-links' },
      isLate && h('a', { class: 'button', href: `/ui/items?status=WAITING&dueTo=${encodeURIComponent(overview.now)}` }, 'Show what is late'),
      h('span', { class: 'live' }, h('i', { 'aria-hidden': 'true' }), 'Live, ', clockTime(overview.now))),
  ];
}

function showTiles(place, overview) {
  const tiles = [
    ['Waiting', overview.waiting, 'for a moment ahead', '/ui/items?status=WAITING'],
    ['Due now', overview.due, overview.due ? `oldest for ${duration(overview.oldestOverdueSeconds * 1000)}` : 'and not yet taken', ''],
    ['Running', overview.running, 'held by workers', '/ui/items?status=RUNNING'],
    ['Paused', overview.paused, 'were due meanwhile', '/ui/machines'],
    ['Closed', overview.completedPerSecond, 'in the last second', ''],
    ['Failed', overview.failedPerSecond, 'of these', '/ui/failures'],
  ];
  show(place, tiles.map(([name, count, note, href]) => h('div', { class: `tile ${isWarning(name, overview) ? 'warn' : ''}` },
    h('dt', null, href ? h('a', { href }, name) : name),
    h('dd', { 'data-figure': name }, number(count)),
    h('dd', { class: 'note' }, note))));
}

function isWarning(name, { due, oldestOverdueSeconds, failedPerSecond }) {
  return name === 'Due now' ? due > 0 && oldestOverdueSeconds >= lateFrom : name === 'Failed' && failedPerSecond > 0;
}

function workerTable({ workers, now }) {
  if (!workers.length) return empty('No workers', 'A worker reports itself every few seconds. Start one with “waitable worker”.');
  const late = lateness => lateness ? [lateness.p50, lateness.p99, lateness.max].map(duration) : ['–', '–', '–'];
  return table('Workers',
    [['Name'], ['Running for', 'num'], ['Holds', 'num'], ['Claimed', 'num'], ['Committed', 'num'], ['Late p50', 'num'], ['p99', 'num'], ['max', 'num']],
    workers.map(worker => [
      h('code', null, worker.name), duration(Date.parse(now) - Date.parse(worker.startedAt)), number(worker.held),
      number(worker.claimed), number(worker.committed), ...late(worker.lateness),
    ]));
}

function redisFacts(redis = {}) {
  const { usedMemoryBytes: used, memoryLimitBytes: limit } = redis;
  return h('dl', { class: 'facts' },
    h('dt', null, 'State'), h('dd', null, redis.isReady ? h('span', { class: 'chip succeeded' }, 'Ready') : h('span', { class: 'chip failed' }, redis.reason ?? 'Not ready')),
    used !== undefined && [h('dt', null, 'Memory'), h('dd', null,
      limit ? `${bytes(used)} of ${bytes(limit)} (${Math.round(used * 100 / limit)} %)` : `${bytes(used)}, without a limit`,
      limit > 0 && meter('Used memory', used / limit, used / limit > 0.9 ? 'bad' : ''))]);
}

// Where there are several: all of them, up to a number, the one that is latest first.
const shownPartitions = 16;

function partitionPanel(partitions = []) {
  if (partitions.length < 2) return [];
  const latest = [...partitions].sort((a, b) => b.oldestOverdueSeconds - a.oldestOverdueSeconds || b.due - a.due || a.partition - b.partition);
  return panel('Partitions',
    partitions.length > shownPartitions && h('p', { class: 'note' }, `The ${shownPartitions} latest of ${number(partitions.length)}`),
    table('Partitions', [['Partition', 'num'], ['Open', 'num'], ['Due now', 'num'], ['Oldest due for', 'num'], ['Paused', 'num']],
      latest.slice(0, shownPartitions).map(share => [
        number(share.partition), number(share.open), number(share.due),
        share.due ? duration(share.oldestOverdueSeconds * 1000) : '–', number(share.paused),
      ])));
}

function lastCheckup(checkup) {
  if (!checkup) return empty('The doctor has not looked yet', '“waitable doctor” looks whether Redis is set up to lose nothing, and whether all data is as it has to be.');
  const { at, errors, warnings, mended, codes } = checkup;
  const found = [errors && plural(errors, 'error'), warnings && plural(warnings, 'warning')].filter(Boolean);
  return h('dl', { class: 'facts' },
    h('dt', null, 'Last word'), h('dd', null, h('span', { class: `chip ${errors ? 'failed' : warnings ? 'timed-out' : 'succeeded'}` }, found.join(', ') || 'Nothing found')),
    h('dt', null, 'When'), h('dd', null, when(at)),
    mended > 0 && [h('dt', null, 'Mended'), h('dd', null, number(mended))],
    Object.keys(codes).length > 0 && [h('dt', null, 'Findings'), h('dd', null,
      Object.entries(codes).map(([code, count], index) => [index > 0 && ', ', h('code', null, code), ` ${number(count)}`]))]);
}

function lastHour({ minutes }) {
  const total = minutes.reduce((sum, minute) => sum + minute.closed, 0);
  const failed = minutes.reduce((sum, minute) => sum + minute.failed, 0);
  return [
    h('p', { class: 'note' }, `${number(total)} closed, ${number(Math.round(total / 6) / 10)} a minute on average`,
      failed > 0 && [' · ', h('a', { href: '/ui/failures' }, `${number(failed)} did not succeed`)]),
    h('div', { class: 'plot' }, bars(`Items closed by minute: ${number(total)} in an hour, ${number(failed)} of which did not succeed`, minutes.map((minute, index) => ({
      count: minute.closed, bad: minute.failed, isCurrent: index === minutes.length - 1,
      title: `${clockTime(minute.at)}: ${number(minute.closed)} closed, ${number(minute.failed)} did not succeed`,
    })), [[0, clockTime(minutes[0].at).slice(0, 5)], [30, clockTime(minutes[30].at).slice(0, 5)], [59, 'now']])),
  ];
}

function hourAhead({ buckets, later, answersOnly }) {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  return [
    h('p', { class: 'note' }, `${number(total)} in the next hour, ${number(later)} later`,
      answersOnly > 0 && `, ${number(answersOnly)} wait for an answer`, ' · ', h('a', { href: '/ui/schedule' }, 'Whole schedule')),
    h('div', { class: 'plot' }, bars(`Items due by minute: ${number(total)} in an hour`, buckets.map(bucket => ({
      count: bucket.count, title: `${clockTime(bucket.from)}: ${number(bucket.count)} due`,
      href: `/ui/items?status=WAITING&dueFrom=${encodeURIComponent(bucket.from)}&dueTo=${encodeURIComponent(bucket.to)}`,
    })), [[0, 'now'], [30, clockTime(buckets[30].from).slice(0, 5)], [59, clockTime(buckets[59].from).slice(0, 5)]], { isLinked: true, kind: 'ahead' })),
  ];
}
