// Charts, drawn as SVG by hand. Each has a text for those who do not see it.

import { s, number } from './dom.js';

// Bars over time. `bars`: {count, bad?, title, href?}, `bad` being a part of the count; `marks`: [index, text] below the axis.
export function bars(label, bars, marks = [], options = {}) {
  const [width, height] = [720, options.height ?? 140];
  const step = width / Math.max(bars.length, 1);
  const most = Math.max(1, ...bars.map(bar => bar.count));
  const tall = value => value === 0 ? 0 : Math.max(2, (value / most) * (height - 14));
  const chart = s('svg', {
    class: `chart ${options.kind ?? ''}`, viewBox: `0 0 ${width} ${height}`, role: options.isLinked ? 'group' : 'img', 'aria-label': label,
    preserveAspectRatio: 'none',
  });
  for (const part of [0.5, 1]) {
    const y = height - part * (height - 14);
    chart.append(s('line', { class: 'grid', x1: 0, x2: width, y1: y, y2: y }));
  }
  chart.append(s('line', { class: 'axis', x1: 0, x2: width, y1: height, y2: height }));
  bars.forEach((bar, index) => {
    const size = tall(bar.count);
    const gap = Math.min(3, step * 0.2);
    const group = bar.href && bar.count
      ? s('a', { href: bar.href, class: 'bar-link', 'aria-label': bar.title })
      : s('g', null);
    group.append(
      s('rect', { class: 'hit', x: index * step, y: 0, width: step, height }),
      s('rect', {
        class: `column ${bar.isCurrent ? 'current' : ''}`, x: index * step + gap / 2, y: height - size,
        width: Math.max(1, step - gap), height: size, rx: Math.min(2, step / 4),
      }),
      ...bar.bad > 0 ? [s('rect', {
        class: 'column bad', x: index * step + gap / 2, y: height - tall(bar.bad), width: Math.max(1, step - gap), height: tall(bar.bad),
      })] : [],
      s('title', null, bar.title));
    chart.append(group);
  });
  return [chart, scale(most, marks, bars.length)];
}

// The words of a chart, as HTML: they do not stretch with it.
function scale(most, marks, count) {
  const words = document.createElement('div');
  words.className = 'marks';
  const top = document.createElement('span');
  top.className = 'most';
  top.textContent = number(most);
  words.append(top);
  for (const [index, text] of marks) {
    const mark = document.createElement('span');
    mark.textContent = text;
    const share = count > 1 ? index / (count - 1) : 0;
    mark.style.left = `${share * 100}%`;
    mark.style.transform = `translateX(-${share * 100}%)`;
    words.append(mark);
  }
  return words;
}

// A share as a bar.
export function meter(label, share, kind = '') {
  const part = Math.max(0, Math.min(1, share));
  return s('svg', { class: `meter ${kind}`, viewBox: '0 0 100 6', preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    s('rect', { class: 'track', width: 100, height: 6, rx: 3 }),
    s('rect', { class: 'part', width: part * 100, height: 6, rx: 3 }));
}
