// The state machines: which is the default, which is paused, and a new one.

import { h, show, table, loading, trouble, empty, toast } from './dom.js';
import { get, go, post, may, machinePage } from './api.js';
import { ask } from './dialogs.js';
import { when } from './time.js';

export async function render(view, { query, signal }) {
  const place = h('div', null, loading());
  show(view, h('div', { class: 'title' }, h('h1', null, 'State machines'),
    may('manage') && h('button', { type: 'button', onclick: deployNew }, 'Deploy a new one')), place);
  const load = async () => {
    try {
      const { stateMachines } = await get('/state-machines', {}, signal);
      const standard = stateMachines.find(machine => machine.isDefault) ?? stateMachines[0];
      if (query.get('start') && standard) return go(machinePage(standard.name) + '?start=1', true);
      if (!stateMachines.length) return show(place, empty('No state machine is deployed', 'Ingest deploys those of its folder; “waitable deploy” and this page deploy others.'));
      show(place, table('State machines', [['Name'], ['State'], ['Revision'], ...(may('manage') ? [['Action', 'num']] : [])], stateMachines.map(machine => [
        [h('a', { class: 'id', href: machinePage(machine.name) }, machine.name), machine.isDefault && h('span', { class: 'tag' }, 'default')],
        machine.paused ? [h('span', { class: 'chip aborted' }, 'Paused'), h('span', { class: 'faint' }, ' since '), when(machine.pausedSince)] : h('span', { class: 'chip succeeded' }, 'Active'),
        h('code', { title: machine.revision }, machine.revision.slice(0, 12)),
        ...(may('manage') ? [pauseButton(machine, load)] : []),
      ])));
    } catch (error) {
      if (!signal.aborted) show(place, trouble(error, load));
    }
  };
  await load();
}

// Pauses or resumes; a pause asks first.
export function pauseButton(machine, done) {
  if (!may('manage')) return null;
  return h('button', {
    type: 'button',
    async onclick() {
      if (!machine.paused && !await ask(`Pause ${machine.name}`, { text: 'What comes due of it is held back until it is resumed. Starts are still taken.', button: 'Pause' })) return;
      try {
        await post(`/state-machines/${encodeURIComponent(machine.name)}/${machine.paused ? 'resume' : 'pause'}`);
        toast(machine.paused ? 'Resumed.' : 'Paused.');
        done();
      } catch (error) {
        toast(error.message, true);
      }
    },
  }, machine.paused ? 'Resume' : 'Pause');
}

const first = {
  Comment: 'Waits, then ends', StartAt: 'WaitUntil',
  States: { WaitUntil: { Type: 'Wait', TimestampPath: '$.StartTimestamp', Next: 'Done' }, Done: { Type: 'Succeed' } },
};

async function deployNew() {
  const { deploy } = await import('./forms.js');
  const name = await deploy('', JSON.stringify(first, null, 2));
  if (name) go(machinePage(name));
}
