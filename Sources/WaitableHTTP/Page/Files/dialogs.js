// Dialogs: the browser's own, which keep the focus and close with Escape.

import { h, show, number } from './dom.js';

// Opens a dialog. `body` gets a function that closes it with a value; resolves with that, or undefined.
export function open(title, body, kind) {
  const id = 'dialog-title';
  const dialog = h('dialog', { 'aria-labelledby': id, class: kind }, h('h2', { id }, title));
  let value;
  const close = result => { value = result; dialog.close(); };
  dialog.append(...[body(close)].flat());
  document.body.append(dialog);
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => {
    dialog.remove();
    resolve(value);
  }));
}

// A question with fields. `fields`: elements; resolves with what `read` gives, or undefined.
export function ask(title, { text, fields = [], button, isDanger = false, read = () => true }) {
  return open(title, close => {
    const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    const form = h('form', { method: 'dialog' },
      text && h('p', null, text), fields, problem,
      h('div', { class: 'buttons' },
        h('button', { type: 'button', onclick: () => close() }, 'Back'),
        h('button', { class: isDanger ? 'danger' : 'primary' }, button)));
    form.addEventListener('submit', event => {
      event.preventDefault();
      try {
        close(read());
      } catch (error) {
        problem.hidden = false;
        show(problem, error.message);
      }
    });
    return form;
  });
}

// Does something to many, a few at a time, with progress and a way to stop. `each` does one.
export function progress(title, entries, each) {
  return open(title, close => {
    const bar = h('progress', { max: entries.length, value: 0, 'aria-label': title });
    const words = h('p', { role: 'status' }, `0 of ${number(entries.length)}`);
    const problems = h('ul', { class: 'problems' });
    const button = h('button', { type: 'button' }, 'Stop');
    let [next, done, failed, isStopped] = [0, 0, 0, false];
    const result = () => ({ done, failed, left: entries.length - done - failed });
    button.addEventListener('click', () => { if (isStopped || next >= entries.length && done + failed === entries.length) close(result()); isStopped = true; });
    const line = async () => {
      while (!isStopped && next < entries.length) {
        const entry = entries[next];
        next += 1;
        try {
          await each(entry);
          done += 1;
        } catch (error) {
          failed += 1;
          if (failed <= 5) problems.append(h('li', null, h('code', null, entry.Id), ` ${error.message}`));
          if (failed === 6) problems.append(h('li', null, 'and more'));
        }
        bar.value = done + failed;
        show(words, `${number(done + failed)} of ${number(entries.length)}`, failed > 0 && `, ${number(failed)} refused`);
      }
    };
    Promise.all([1, 2, 3, 4].map(line)).then(() => {
      show(words, `${number(done)} done`, failed > 0 && `, ${number(failed)} refused`, isStopped && next < entries.length && `, ${number(entries.length - next)} left as they were`);
      isStopped = true;
      show(button, 'Close');
      button.focus();
    });
    return [bar, words, problems, h('div', { class: 'buttons' }, button)];
  });
}

export const help = () => open('Keys', close => [
  h('dl', { class: 'facts keys' }, [
    ['/', 'Find an item by its Id'], ['g o', 'Overview'], ['g s', 'Schedule'], ['g i', 'Items'], ['g f', 'Failures'],
    ['g m', 'Machines'], ['g a', 'Activities'], ['?', 'This list'],
  ].map(([keys, text]) => [h('dt', null, h('kbd', null, keys)), h('dd', null, text)])),
  h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => close() }, 'Close')),
]);
