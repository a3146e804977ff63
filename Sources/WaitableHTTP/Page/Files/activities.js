// The activities: how many of their tasks wait to be taken.

import { h, show, number, table, loading, trouble, empty } from './dom.js';
import { get, itemPage } from './api.js';

export async function render(view, { signal }) {
  const place = h('div', null, loading());
  show(view, h('h1', null, 'Activities'), place);
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
  };
  await load();
  const timer = setInterval(load, 2000);
  signal.addEventListener('abort', () => clearInterval(timer));
}
