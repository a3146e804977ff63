// One state machine: its graph and definition, versions and aliases, a start, and another definition.

import { h, show, panel, table, loading, trouble, code, empty, plural } from './dom.js';
import { get, aws, machineArn, may, search } from './api.js';
import { showGraph } from './graph.js';
import { pauseButton } from './machines.js';
import { when } from './time.js';

export async function render(view, { name, query, signal }) {
  const again = () => render(view, { name, query: new URLSearchParams(), signal });
  show(view, h('h1', null, name), loading());
  let machine, described, versions, aliases;
  try {
    const arn = await machineArn(name);
    const [list, ...others] = await Promise.all([
      get('/state-machines', {}, signal), aws('DescribeStateMachine', { stateMachineArn: arn }, signal),
      aws('ListStateMachineVersions', { stateMachineArn: arn }, signal), aws('ListStateMachineAliases', { stateMachineArn: arn }, signal),
    ]);
    machine = list.stateMachines.find(entry => entry.name === name);
    [described, { stateMachineVersions: versions }, { stateMachineAliases: aliases }] = others;
  } catch (error) {
    if (signal.aborted) return;
    show(view, h('h1', null, name), error.code.includes('DoesNotExist')
      ? empty('There is no state machine of this name', h('a', { href: '/ui/machines' }, 'Show all state machines')) : trouble(error, again));
    return;
  }
  if (signal.aborted) return;
  const graph = h('div', { class: 'graph-place' }, loading());
  const isExpress = described.type === 'EXPRESS';
  const start = async () => { const { start } = await import('./forms.js'); start(name, described, machine?.isDefault); };
  const deploy = async () => {
    const { deploy } = await import('./forms.js');
    if (await deploy(name, pretty(described.definition))) again();
  };
  show(view,
    h('div', { class: 'title' }, h('h1', null, name), machine?.isDefault && h('span', { class: 'tag' }, 'default'),
      machine?.paused && h('span', { class: 'chip aborted' }, 'Paused'),
      h('div', { class: 'buttons' },
        may('start') && !isExpress && h('button', { type: 'button', class: 'primary', onclick: start }, 'Start…'),
        may('manage') && h('button', { type: 'button', onclick: deploy }, 'Edit and deploy…'),
        machine && pauseButton(machine, again))),
    h('dl', { class: 'facts' },
      h('dt', null, 'Type'), h('dd', null, isExpress ? 'Express' : 'Standard'),
      h('dt', null, 'Created'), h('dd', null, when(described.creationDate * 1000)),
      machine?.pausedSince && [h('dt', null, 'Paused since'), h('dd', null, when(machine.pausedSince))],
      h('dt', null, 'Items'), h('dd', null, ['WAITING', 'RUNNING', 'FAILED', 'SUCCEEDED'].map((status, index) =>
        [index > 0 && ' · ', h('a', { href: '/ui/items' + search({ status, stateMachine: name }) }, status.toLowerCase())]))),
    h('div', { class: 'columns' }, panel('Graph', graph), panel('Definition', code(pretty(described.definition), 'Definition'))),
    panel('Versions', versions.length
      ? table('Versions', [['Version'], ['Published']], versions.map(version => [lastPart(version.stateMachineVersionArn), when(version.creationDate * 1000)]))
      : h('p', { class: 'note' }, 'None is published.')),
    panel('Aliases', aliases.length
      ? table('Aliases', [['Alias'], ['Created']], aliases.map(alias => [lastPart(alias.stateMachineAliasArn), when(alias.creationDate * 1000)]))
      : h('p', { class: 'note' }, 'There is none.')));
  await showGraph(graph, name, undefined, undefined, undefined, signal);
  if (query.get('start') && may('start') && !isExpress) start();
}

const lastPart = arn => arn.split(':').pop();
function pretty(definition) {
  try { return JSON.stringify(JSON.parse(definition), null, 2); } catch { return definition; }
}
