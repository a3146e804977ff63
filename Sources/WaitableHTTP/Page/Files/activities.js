// The activities: how many of their tasks wait to be taken; and the streams: how much they hold.

import { h, show, number, table, panel, loading, trouble, empty } from './dom.js';
import { get, itemPage } from './api.js';
import { when } from './time.js';

export async function render(view, { signal }) {
  const place = h('div', null, loading());
  const streams = h('div', null, loading());
  show(view, h('h1', null, 'Activities'), place, panel('Streams', streams));
  const load = async () => {
    try {
      const { activities } = await get('/activities', {}, signal);
      if (signal.aborted) return;
      show(place, activities.length
        ? table('Activities', [['Name'], ['Wait to be taken', 'num'], ['Being handed out', 'num'], ['Waits longest']], activities.map(activity => [
          h('code', null, activity.name), number(activity.waiting), number(activity.taken),
          activity.oldest ? h('a', { href: itemPage(activity.oldest.Id, activity.oldest.stateMachine) }, activity.oldest.Id) : h('span', { class: 'faint' }, 'none'),
        ]))
        : empty('There are no activities', 'An activity hands tasks to workers of your own. CreateActivity of the Step Functions API makes one.'));
    } catch (error) {
      if (!signal.aborted) show(place, trouble(error, load));
    }
    try {
      const depths = (await get('/streams', {}, signal)).streams;
      if (!signal.aborted) show(streams, streamTable(depths));
    } catch (error) {
      if (!signal.aborted) show(streams, trouble(error, load));
    }
  };
  await load();
  const timer = setInterval(load, 2000);
  signal.addEventListener('abort', () => clearInterval(timer));
}

function streamTable(streams) {
  if (!streams.length) return empty('There are no streams', 'A task that publishes to a topic or a queue makes one.');
  return table('Streams', [['Name'], ['Entries', 'num'], ['Oldest']], streams.map(stream => [
    h('code', null, stream.name), number(stream.length),
    stream.oldest ? when(stream.oldest) : h('span', { class: 'faint' }, 'none'),
  ]));
}
