// Forms that start an item and deploy a definition. They say what is wrong at the place where it is.

import { h, show, toast } from './dom.js';
import { aws, go, machineArn, post, itemPage, session } from './api.js';
import { open } from './dialogs.js';
import { localInput, now, zone } from './time.js';

const field = (label, input, note) => h('div', { class: 'field' }, h('label', { for: input.id }, label), input,
  note && h('p', { class: 'note', id: `${input.id}-note` }, note), h('p', { class: 'problem', id: `${input.id}-problem`, role: 'alert', hidden: true }));

function say(input, text) {
  const place = document.getElementById(`${input.id}-problem`);
  place.hidden = !text;
  show(place, text);
  if (text) { input.setAttribute('aria-invalid', 'true'); input.setAttribute('aria-describedby', place.id); input.focus(); } else input.removeAttribute('aria-invalid');
}

const buttons = (close, text) => h('div', { class: 'buttons' },
  h('button', { type: 'button', onclick: () => close() }, 'Back'), h('button', { class: 'primary' }, text));

// A start: of the default state machine an Id and a moment, of another one any input.
export function start(machine, described, isDefault) {
  const isPattern = /"\$\.StartTimestamp"/.test(described.definition);
  return open(`Start ${machine}`, close => {
    const id = h('input', { id: 'start-id', maxlength: 80, autocomplete: 'off', spellcheck: 'false' });
    const moment = h('input', { id: 'start-moment', type: 'datetime-local', step: '1', required: true, value: localInput(now() + 60000) });
    const input = h('textarea', { id: 'start-input', rows: 8, spellcheck: 'false' }, '{}');
    const usesItem = isPattern && isDefault;
    const form = h('form', { method: 'dialog' },
      field('Id', id, 'Leave it empty to have one made. The same Id with the same input starts nothing new.'),
      usesItem ? field(`Moment, in ${zone()}`, moment) : field('Input', input, 'A JSON value.'),
      buttons(close, 'Start'));
    form.addEventListener('submit', async event => {
      event.preventDefault();
      for (const place of [id, usesItem ? moment : input]) say(place, '');
      if (/[\s<>{}\[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/.test(id.value)) return say(id, 'Id: must have no spaces, brackets, wildcards or control characters.');
      let text = '{}';
      if (!usesItem) {
        try { JSON.parse(input.value); } catch (error) { return say(input, `Input: must be JSON (${error.message}).`); }
        text = input.value;
      }
      try {
        let started = id.value;
        if (usesItem) {
          const answer = await post('/', { ...(id.value && { Id: id.value }), StartTimestamp: new Date(moment.value).toISOString() });
          started = answer.Id;
        } else {
          const answer = await aws('StartExecution', { stateMachineArn: await machineArn(machine), input: text, ...(id.value && { name: id.value }) });
          started = answer.executionArn.split(':').pop();
        }
        close();
        toast(`${started} was started.`);
        go(itemPage(started, machine));
      } catch (error) {
        say(error.field === 'StartTimestamp' ? moment : /[Ii]nput/.test(error.code) ? input : id, error.message);
      }
      return undefined;
    });
    return form;
  });
}

// The line of a place in a JSON text, counted from 1: the deepest member of a path like /States/Wait/Next that is found.
export function lineOf(text, path) {
  let at = 0;
  for (const part of path.split('/').filter(Boolean)) {
    const name = JSON.stringify(part.replaceAll('~1', '/').replaceAll('~0', '~'));
    // A member's name, not a value that reads the same; a place in a list has none.
    const member = new RegExp(`${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*:`);
    const found = text.slice(at).search(member);
    if (found >= 0) at += found;
  }
  return text.slice(0, at).split('\n').length;
}

// Checks a definition, shows its problems at their lines, and deploys it. Resolves with the name once it is deployed.
export function deploy(machine, definition) {
  return open(machine ? `Deploy ${machine}` : 'Deploy a new state machine', close => {
    const name = h('input', { id: 'deploy-name', value: machine, readonly: Boolean(machine), required: true, maxlength: 80, autocomplete: 'off', spellcheck: 'false' });
    const text = h('textarea', { id: 'deploy-definition', rows: 22, spellcheck: 'false', wrap: 'off' });
    text.value = definition;
    const lines = h('pre', { class: 'lines', 'aria-hidden': 'true' });
    const problems = h('ul', { class: 'problems', 'aria-live': 'polite' });
    let bad = new Set();
    const number = () => show(lines, text.value.split('\n').map((_, index) =>
      h('span', { class: bad.has(index + 1) && 'bad' }, `${index + 1}\n`)));
    text.addEventListener('input', () => { bad = new Set(); number(); });
    text.addEventListener('scroll', () => { lines.scrollTop = text.scrollTop; });
    const jump = line => {
      const before = text.value.split('\n').slice(0, line - 1).join('\n').length;
      text.focus();
      text.setSelectionRange(before + (line > 1 ? 1 : 0), before + (text.value.split('\n')[line - 1] ?? '').length + 1);
      text.scrollTop = (line - 6) * (text.scrollHeight / text.value.split('\n').length);
    };
    const check = async () => {
      const { diagnostics } = await aws('ValidateStateMachineDefinition', { definition: text.value });
      const placed = diagnostics.map(found => ({ ...found, line: lineOf(text.value, found.location ?? '') }));
      bad = new Set(placed.map(found => found.line));
      number();
      show(problems, placed.length ? placed.map(found => h('li', { class: found.severity === 'ERROR' ? 'bad' : '' },
        h('button', { type: 'button', class: 'link', onclick: () => jump(found.line) }, `Line ${found.line}`),
        ` ${found.location ? found.location + ': ' : ''}${found.message}`)) : h('li', { class: 'good' }, 'No problems.'));
      return placed.every(found => found.severity !== 'ERROR');
    };
    const failed = error => show(problems, h('li', { class: 'bad' }, error.message));
    const form = h('form', { method: 'dialog' },
      field('Name', name), h('div', { class: 'field' }, h('label', { for: text.id }, 'Definition'), h('div', { class: 'editor' }, lines, text)), problems,
      h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => close() }, 'Back'),
        h('button', { type: 'button', onclick: () => check().catch(failed) }, 'Check'), h('button', { class: 'primary' }, 'Deploy')));
    form.addEventListener('submit', async event => {
      event.preventDefault();
      try {
        if (!await check()) return;
        if (machine) await aws('UpdateStateMachine', { stateMachineArn: await machineArn(machine), definition: text.value });
        else {
          const role = `arn:aws:iam::${(await machineArn('x')).split(':')[4]}:role/waitable`;
          const made = await aws('CreateStateMachine', { name: name.value, definition: text.value, roleArn: role });
          session.arn = made.stateMachineArn.split(':').slice(0, 5).join(':');
        }
        toast(`${name.value} is deployed.`);
        close(name.value);
      } catch (error) {
        failed(error);
      }
    });
    number();
    return form;
  }, 'wide');
}
