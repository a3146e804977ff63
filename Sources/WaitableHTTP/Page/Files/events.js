// Server-sent events over fetch: EventSource cannot send a token. What is lost is asked for again, with the last id.

import { send, search } from './api.js';

const patience = 4000; // ms without a word after which a stream counts as lost

// What the page knows of the connection: 'live', 'trouble' (Redis) or 'lost' (ingest).
export const connection = { state: 'connecting', seen: 0, reason: '' };
let onChange = () => {};
export const whenConnectionChanges = action => { onChange = action; };

function note(state, reason = '') {
  if (state === 'live') connection.seen = Date.now();
  if (connection.state === state && connection.reason === reason) return;
  connection.state = state;
  connection.reason = reason;
  onChange();
}

// A tab that nobody sees holds no connection: a browser has six for each server.
const shown = () => new Promise(resolve => {
  if (!document.hidden) resolve();
  else document.addEventListener('visibilitychange', resolve, { once: true });
});

// Listens until the signal says stop. `handlers`: event name -> function of the data.
export async function listen(query, handlers, signal) {
  let last = '';
  let delay = 500;
  for (;;) {
    await shown();
    if (signal.aborted) break;
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    const hide = () => { if (document.hidden) stop(); };
    signal.addEventListener('abort', stop);
    document.addEventListener('visibilitychange', hide);
    let watchdog = setTimeout(stop, patience + 4000);
    try {
      const headers = { Accept: 'text/event-stream', ...(last && { 'Last-Event-ID': last }) };
      const response = await send('/events' + search(query), { headers, signal: attempt.signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        clearTimeout(watchdog);
        watchdog = setTimeout(stop, patience);
        delay = 500;
        const blocks = (rest + value).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) last = hand(block, handlers) || last;
      }
    } catch (error) {
      if (signal.aborted) break;
      if (error.status === 401 || error.status === 403 || error.status === 404 || error.status === 400) {
        handlers.refused?.(error);
        break;
      }
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
      document.removeEventListener('visibilitychange', hide);
      attempt.abort();
    }
    if (signal.aborted) break;
    if (document.hidden) continue;
    note('lost');
    await new Promise(resolve => setTimeout(resolve, delay + Math.random() * 250));
    delay = Math.min(delay * 1.6, 5000);
  }
}

function hand(block, handlers) {
  let [id, name, data] = ['', '', ''];
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4);
    else if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data = line.slice(6);
  }
  if (!name) {
    if (connection.state === 'lost' || connection.state === 'connecting') note('live');
    else if (connection.state === 'live') connection.seen = Date.now();
    return id;
  }
  const value = JSON.parse(data);
  if (name === 'trouble') {
    note('trouble', value.code === 'RedisUnavailable' ? '' : value.message);
  } else {
    note('live');
    handlers[name]?.(value);
  }
  return id;
}
