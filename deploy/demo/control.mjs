// Loopback control of a simulated UCM, for people with curl and for tests in other languages:
//   GET    /state                      what was asked of it, what waits to be pushed
//   POST   /faults {kind,times,match}  the next requests go wrong that way; DELETE /faults
//   POST   /hook {url,user,password,shape}   where records are pushed; {"paused":true} holds them
//   POST   /records {items,push,shape}       new CDR items
//   PUT    /recordings/NAME?folder=monitor   a recording, the body is its bytes
//   DELETE /cookies                    every login is forgotten
export function control(ucm) {
  return async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(req.url, 'http://control');
    const answer = (code, value) => {
      res.writeHead(code, { 'Content-Type': 'application/json' });
      res.end(JSON.stringify(value));
    };
    try {
      const value = act(ucm, req.method, url, body);
      answer(value === undefined ? 404 : 200, value ?? { error: 'no such control' });
    } catch (error) {
      answer(400, { error: error.message });
    }
  };
}

function act(ucm, method, url, body) {
  const json = () => JSON.parse(body.toString('utf8'));
  const [, name, rest] = url.pathname.split('/');
  switch (`${method} ${name}`) {
    case 'GET state':
      return { ...ucm.seen, records: ucm.records.length, recordings: [...ucm.recordings.keys()],
               faults: ucm.faults.pending(), waiting: ucm.output.waiting,
               delivered: ucm.output.delivered ?? 0, failed: ucm.output.failed ?? 0,
               last_status: ucm.output.lastStatus ?? null };
    case 'POST faults': ucm.fault(json()); return {};
    case 'DELETE faults': ucm.faults.clear(); return {};
    case 'POST hook': {
      const { paused, ...hook } = json();
      if (hook.url) ucm.output.configure(hook);
      if (paused === true) ucm.output.pause();
      if (paused === false) ucm.output.resume();
      return {};
    }
    case 'POST records': {
      const { items, push = true, shape } = json();
      if (!Array.isArray(items)) throw new Error('items is a list of CDR items');
      ucm.addRecords(items, { push, shape });
      return {};
    }
    case 'PUT recordings':
      if (!rest) throw new Error('a recording needs a name');
      ucm.addRecording(decodeURIComponent(rest), {
        folder: url.searchParams.get('folder') ?? 'monitor', data: body });
      return {};
    case 'DELETE cookies': ucm.cookies.clear(); return {};
    default: return undefined;
  }
}
