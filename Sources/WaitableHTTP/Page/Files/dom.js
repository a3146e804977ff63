// Elements. Text becomes text nodes and nothing else: no string is ever parsed as markup.

const svgNamespace = 'http://www.w3.org/2000/svg';

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked' || name === 'indeterminate') element[name] = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

// An HTML element: h('p', {class: 'note'}, 'text', h('b', null, 'more')).
export const h = (name, properties, ...children) => fill(document.createElement(name), properties, children);

// An SVG element.
export const s = (name, properties, ...children) =>
  fill(document.createElementNS(svgNamespace, name), properties, children);

// Puts children in place of what is there.
export function show(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

export const number = value => new Intl.NumberFormat('en').format(value);
export const plural = (count, one, many = one + 's') => `${number(count)} ${count === 1 ? one : many}`;

export function bytes(count) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) { count /= 1024; unit += 1; }
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

const statusNames = {
  WAITING: 'Waiting', RUNNING: 'Running', SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'Timed out',
  ABORTED: 'Cancelled',
};
export const statuses = Object.keys(statusNames);
export const statusName = status => statusNames[status] ?? status;
export const chip = status =>
  h('span', { class: `chip ${statusNames[status] ? status.toLowerCase().replace('_', '-') : ''}` }, statusName(status));

export const panel = (title, ...children) => {
  const id = `panel-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`;
  return h('section', { class: 'panel', 'aria-labelledby': id }, h('h2', { id }, title), ...children);
};

// What stands where there is nothing to show.
export const empty = (title, ...more) => h('div', { class: 'state' }, h('strong', null, title), h('p', null, ...more));
export const loading = () =>
  h('div', { class: 'skeleton', role: 'status' }, h('span', { class: 'hidden' }, 'Loading'), h('i'), h('i'), h('i'));
export const trouble = (error, again) => h('div', { class: 'state bad', role: 'alert' },
  h('strong', null, error.title ?? 'That did not work'),
  h('p', null, error.message),
  again && h('button', { type: 'button', onclick: again }, 'Try again'));

// A table that scrolls sideways by itself. Columns: [title, class?].
export function table(label, columns, rows) {
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `Table: ${label}` },
    h('table', null,
      h('thead', null, h('tr', null, columns.map(([title, kind]) => h('th', { scope: 'col', class: kind }, title)))),
      h('tbody', null, rows.map(cells => cells instanceof Node ? cells : h('tr', null,
        cells.map((cell, index) => h('td', { class: columns[index][1], 'data-title': columns[index][0] instanceof Node ? '' : columns[index][0] }, cell)))))));
}

export const pretty = value => JSON.stringify(value, null, 2);
export const code = (text, label) => h('pre', { class: 'code', tabindex: '0', 'aria-label': label }, text);

let toastTimer = 0;
export function toast(text, isBad = false) {
  const toasts = document.getElementById('toasts');
  show(toasts, h('p', { class: isBad ? 'bad' : 'good' }, text));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => show(toasts), isBad ? 8000 : 4000);
}
