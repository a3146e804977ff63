// The HTTP API, as every client has it. A token is kept for this tab only.

const key = 'waitable-token';

export class Problem extends Error {
  constructor(status, body) {
    super(body?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body?.code ?? body?.__type?.split('#').pop() ?? '';
    this.field = body?.field;
  }
  get title() {
    if (this.status === 0) return 'The server cannot be reached';
    if (this.status === 403) return 'Not allowed';
    if (this.status === 404) return 'Not found';
    if (this.status === 503) return 'Not now';
    return 'That did not work';
  }
}

export const token = () => sessionStorage.getItem(key) ?? '';
export function setToken(text) {
  if (text) sessionStorage.setItem(key, text); else sessionStorage.removeItem(key);
}

// Who is here, and what may be done: what `GET /access` says.
export const session = { rights: new Set(), name: undefined, needsCredentials: false, arn: '' };
export const may = right => session.rights.has(right);

let onUnknown = () => {};
export const whenUnknown = action => { onUnknown = action; };

export async function send(path, options = {}) {
  const headers = { Accept: 'application/json', ...options.headers };
  if (token()) headers.Authorization = `Bearer ${token()}`;
  let response;
  try {
    response = await fetch(path, { credentials: 'omit', cache: 'no-store', ...options, headers });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, { message: 'There is no connection to this ingest.' });
  }
  if (response.ok) return response;
  const problem = new Problem(response.status, await response.json().catch(() => undefined));
  if (response.status === 401) onUnknown(problem);
  throw problem;
}

export const get = async (path, query = {}, signal) => (await send(path + search(query), { signal })).json();

export const post = async (path, body = {}) =>
  (await send(path, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })).json();

// A call of the Step Functions API.
export const aws = async (operation, body = {}, signal) =>
  (await send('/', {
    method: 'POST', body: JSON.stringify(body), signal,
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AWSStepFunctions.${operation}` },
  })).json();

// What an event of a history has beside its type and time.
export const detailsOf = event => Object.entries(event).find(([name]) => name.endsWith('EventDetails'))?.[1] ?? {};

export function search(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '' && value !== null);
  return given.length ? '?' + new URLSearchParams(given) : '';
}

// ARNs begin alike; the first one that is seen tells how.
async function prefix() {
  if (!session.arn) {
    const { stateMachines } = await aws('ListStateMachines', { maxResults: 1 });
    const arn = stateMachines[0]?.stateMachineArn;
    session.arn = arn ? arn.split(':').slice(0, 5).join(':') : 'arn:aws:states:us-east-1:000000000000';
  }
  return session.arn;
}
export const machineArn = async name => `${await prefix()}:stateMachine:${name}`;
export const executionArn = async (machine, id) => `${await prefix()}:execution:${machine}:${id}`;

export async function learnAccess() {
  const access = await get('/access');
  session.rights = new Set(access.rights);
  session.name = access.name;
  session.needsCredentials = access.needsCredentials;
}

export const itemPath = (id, machine, action = '') =>
  `/items/${encodeURIComponent(id)}${action && '/' + action}${search({ stateMachine: machine })}`;
export const itemPage = (id, machine) => `/ui/items/${encodeURIComponent(id)}${search({ stateMachine: machine })}`;
export const machinePage = name => `/ui/machines/${encodeURIComponent(name)}`;

// Goes to another address of the page; app.js shows it, as it does when the browser goes back.
export function go(address, replaces = false) {
  history[replaces ? 'replaceState' : 'pushState'](null, '', address);
  window.scrollTo(0, 0);
  window.dispatchEvent(new PopStateEvent('popstate'));
}
