// What an operator does with items, one or many. What a token may not do is not offered.

import { h, plural, toast } from './dom.js';
import { itemPath, may, post } from './api.js';
import { ask, progress } from './dialogs.js';
import { localInput, now, zone } from './time.js';

const isOpen = item => item.status === 'WAITING' || item.status === 'RUNNING';
const isFailure = item => ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(item.status);

// The actions, each with what it is for.
export const actions = {
  'run-now': {
    name: 'Run now', isFor: item => item.status === 'WAITING' && item.due,
    question: what => ({ text: `${what} will be due at once.`, button: 'Run now' }),
  },
  reschedule: {
    name: 'Reschedule', isFor: item => item.status === 'WAITING' && item.due,
    question(what) {
      const input = h('input', { id: 'moment', type: 'datetime-local', step: '1', required: true, value: localInput(now() + 3600000) });
      return {
        text: `${what} will wait for another moment.`, button: 'Reschedule',
        fields: [h('label', { for: 'moment' }, `Moment, in ${zone()}`), input],
        read() {
          const moment = new Date(input.value);
          if (Number.isNaN(moment.getTime())) throw new Error('Moment: must be a date and a time.');
          return { StartTimestamp: moment.toISOString() };
        },
      };
    },
  },
  redrive: {
    name: 'Redrive', isFor: isFailure,
    question: what => ({ text: `${what} will go on where it failed.`, button: 'Redrive' }),
  },
  cancel: {
    name: 'Cancel', isFor: isOpen, isDanger: true,
    question(what) {
      const cause = h('input', { id: 'cause', maxlength: '1000', autocomplete: 'off' });
      return {
        text: `${what} will end as cancelled.`, button: 'Cancel it', isDanger: true,
        fields: [h('label', { for: 'cause' }, 'Why (optional)'), cause],
        read: () => cause.value.trim() ? { cause: cause.value.trim() } : {},
      };
    },
  },
};

// The buttons that fit one item; what is of a map run is managed with its run.
export const buttonsFor = (item, done) => may('manage') && !item.stateMachine.includes('/')
  ? Object.entries(actions).filter(([, action]) => action.isFor(item)).map(([path, action]) =>
    h('button', { type: 'button', class: action.isDanger && 'danger-text', onclick: () => actOn(item, path, done) }, action.name))
  : [];

async function actOn(item, path, done) {
  const body = await answer(path, `The item ${item.Id}`);
  if (!body) return;
  try {
    await post(itemPath(item.Id, item.stateMachine, path), body);
    toast(`${actions[path].name}: done.`);
    done();
  } catch (error) {
    toast(error.message, true);
  }
}

async function answer(path, what) {
  const question = actions[path].question(what);
  const read = question.read ?? (() => ({}));
  return ask(actions[path].name, { ...question, read });
}

// Does something to many, after it has said to how many. Resolves with whether anything was done.
export async function actOnAll(items, path) {
  const fitting = items.filter(item => !item.stateMachine.includes('/') && actions[path].isFor(item));
  const others = items.length - fitting.length;
  if (!fitting.length) {
    toast(`None of the ${items.length} can be done: ${actions[path].name}.`, true);
    return false;
  }
  const rest = others ? ` (${others} others do not fit and stay as they are)` : '';
  const body = await answer(path, `${plural(fitting.length, 'item')}${rest}`);
  if (!body) return false;
  await progress(`${actions[path].name}: ${plural(fitting.length, 'item')}`, fitting,
    item => post(itemPath(item.Id, item.stateMachine, path), body));
  return true;
}
