// Instants and durations, for people: in the viewer's zone, with UTC on hover.

import { h } from './dom.js';

const day = { year: 'numeric', month: 'short', day: 'numeric' };
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
const dayFormat = new Intl.DateTimeFormat('en-GB', day);
const clockFormat = new Intl.DateTimeFormat('en-GB', clock);

const shortFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

// How far the server's clock is ahead of this one, in ms.
let ahead = 0;
export const learnNow = instant => { ahead = Date.parse(instant) - Date.now(); };
export const now = () => Date.now() + ahead;

export const clockTime = instant => clockFormat.format(new Date(instant));
export function text(instant) {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return String(instant);
  const isToday = dayFormat.format(date) === dayFormat.format(new Date(now()));
  return isToday ? clockFormat.format(date) : `${dayFormat.format(date)}, ${clockFormat.format(date)}`;
}

// As short as can be: the time of today, else the day.
export const short = instant =>
  text(instant).includes(',') ? shortFormat.format(new Date(instant)) : clockTime(instant);

// <time> with the viewer's zone in it and UTC on hover.
export function when(instant, more = '') {
  if (!instant) return h('span', { class: 'faint' }, 'never');
  const date = new Date(instant);
  const utc = Number.isNaN(date.getTime()) ? String(instant) : date.toISOString();
  return h('time', { datetime: utc, title: `${utc.replace('T', ' ').replace('Z', ' UTC')}` }, text(instant), more);
}

// 850 ms, 4.2 s, 3 min 12 s, 5 h 3 min, 12 d 4 h
export function duration(ms) {
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(size)} ms`;
  if (size < 10000) return `${(size / 1000).toFixed(1)} s`;
  const seconds = Math.round(size / 1000);
  if (seconds < 60) return `${seconds} s`;
  const pair = (big, bigName, small, smallName) => small ? `${big} ${bigName} ${small} ${smallName}` : `${big} ${bigName}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair(hours, 'h', minutes % 60, 'min');
  const days = Math.floor(hours / 24);
  return days < 60 ? pair(days, 'd', hours % 24, 'h') : `${days} d`;
}

// "in 3 min", "2 s ago"
export function relative(instant) {
  const distance = Date.parse(instant) - now();
  if (Number.isNaN(distance)) return '';
  return distance >= 0 ? `in ${duration(distance)}` : `${duration(distance)} ago`;
}

// A text that counts on, once a second, while it is on the page.
export function counting(make) {
  const element = h('span', { class: 'counting' }, make());
  const timer = setInterval(() => {
    if (!element.isConnected) { clearInterval(timer); return; }
    element.textContent = make();
  }, 1000);
  // It is looked at first when it has been put onto the page.
  return element;
}

// For <input type="datetime-local" step="1">, in the viewer's zone.
export function localInput(ms) {
  const date = new Date(ms);
  const two = value => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}`
    + `:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
