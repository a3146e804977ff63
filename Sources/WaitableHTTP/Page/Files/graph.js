// A state machine's picture, and on it what happened to one item. Ingest draws it; here it gets its colours and times.

import { h, s, show, trouble, number } from './dom.js';
import { detailsOf, token } from './api.js';
import { clockTime, duration } from './time.js';

// Read by XMLHttpRequest, whose parser makes a document that is not shown: no text of it becomes part of this one as markup.
function read(path, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', path);
    request.responseType = 'document';
    request.overrideMimeType('image/svg+xml');
    if (token()) request.setRequestHeader('Authorization', `Bearer ${token()}`);
    request.onload = () => request.status === 200 && request.responseXML
      ? resolve(request.responseXML.documentElement) : reject(new Error(`There is no picture (${request.status}).`));
    request.onerror = () => reject(new Error('There is no connection to this ingest.'));
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send();
  });
}

const shapes = new Set(['svg', 'title', 'g', 'rect', 'circle', 'text', 'path', 'polygon']);
const attributes = new Set(['class', 'x', 'y', 'width', 'height', 'viewBox', 'rx', 'cx', 'cy', 'r', 'd', 'points', 'role']);

// A copy of what is known to be a shape; nothing else is taken over.
function copy(node) {
  const element = s(node.localName);
  for (const { name, value } of node.attributes) if (attributes.has(name)) element.setAttribute(name, value);
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) element.append(child.data.trim() ? child.data : '');
    else if (shapes.has(child.localName)) element.append(copy(child));
  }
  return element;
}

const pictures = new Map();
async function picture(machine, id, signal) {
  const path = `/state-machines/${encodeURIComponent(machine)}/graph.svg?style=off${id ? `&Id=${encodeURIComponent(id)}` : ''}`;
  if (!pictures.has(path)) {
    const root = await read(path, signal);
    if (pictures.size > 20) pictures.clear();
    pictures.set(path, root);
  }
  return copy(pictures.get(path));
}

// Shows the graph; with events of an item, what happened to it.
export async function showGraph(place, machine, id, events, item, signal) {
  let svg;
  try {
    if (!id) pictures.clear();
    svg = await picture(machine, id, signal);
  } catch (error) {
    if (!signal?.aborted) show(place, trouble(error));
    return;
  }
  if (events?.length) mark(svg, visits(events), item);
  svg.classList.add('graph');
  svg.setAttribute('role', 'img');
  show(place, h('div', { class: 'graph-scroll', tabindex: '0', role: 'region', 'aria-label': 'The graph, which scrolls' }, svg),
    events?.length ? legend() : null);
}

// By state: how often it was entered and left, when first and last, and whether it failed.
function visits(events) {
  const found = new Map();
  const open = new Map();
  for (const event of events) {
    const { name } = detailsOf(event);
    if (event.type.endsWith('StateEntered')) {
      const visit = found.get(name) ?? { entered: 0, left: 0, first: event.timestamp * 1000, spent: 0 };
      visit.entered += 1;
      visit.last = event.timestamp * 1000;
      found.set(name, visit);
      open.set(name, visit);
    } else if (event.type.endsWith('StateExited')) {
      const visit = found.get(name);
      if (!visit) continue;
      visit.left += 1;
      visit.until = event.timestamp * 1000;
    }
  }
  return found;
}

function mark(svg, found, item) {
  const isOpen = item.status === 'WAITING' || item.status === 'RUNNING';
  for (const group of svg.querySelectorAll('g.state')) {
    const [nameText, typeText] = group.querySelectorAll(':scope > text');
    const box = group.querySelector(':scope > rect');
    const visit = found.get(nameText?.textContent);
    if (!visit) { group.classList.add('unvisited'); continue; }
    const isLeft = visit.left >= visit.entered;
    group.classList.add(isLeft ? 'passed' : isOpen ? 'here' : item.status === 'SUCCEEDED' ? 'passed' : 'ended');
    const words = [];
    if (visit.entered > 1) words.push(`×${number(visit.entered)}`);
    if (isLeft) words.push(duration(visit.until - visit.first));
    else words.push(isOpen ? 'here' : 'ended');
    if (typeText) typeText.textContent = [typeText.textContent, ...words].join(' · ');
    const x = Number(box.getAttribute('x')) + Number(box.getAttribute('width')) / 2 + 6;
    group.append(s('text', { class: 'entered', x, y: Number(box.getAttribute('y')) - 7 }, clockTime(visit.first)),
      s('title', null, `${nameText.textContent}: first entered ${clockTime(visit.first)}, ${visit.entered} times, left ${visit.left} times`));
  }
}

const legend = () => h('ul', { class: 'legend' },
  [['passed', 'Passed'], ['here', 'Is here'], ['ended', 'Ended here'], ['unvisited', 'Not reached']].map(([kind, text]) =>
    h('li', null, h('i', { class: kind, 'aria-hidden': 'true' }), text)));
