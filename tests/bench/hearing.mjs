// What the benches of the offline recogniser share: the spoken corpus, one ringsight-asr, and how
// many words it got wrong.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const models = '/usr/share/pocketsphinx/model/en-us';
export const voices = ['slt', 'rms', 'awb', 'kal16'];
export const rate = 16000;
export const sentences = `this call is recorded for quality and training purposes
thank you for calling customer service this is mary speaking
may i have your date of birth and the last four digits of your card
is there anything else i can help you with today
i understand your frustration and i apologize for the inconvenience
my order number is seven three nine one five
the package was damaged when it arrived at my house
let me transfer you to the billing department
i never received the confirmation email
your warranty covers parts and labor for two years
could you please spell your last name
i would like to upgrade my plan to the next level
the price went up without any notice
we will call you back within twenty four hours
what is the reason for your call today
i need to change the address on my account
please do not hang up while i put you on hold
the agent i spoke with yesterday was very helpful
you can pay by credit card or bank transfer
have a great weekend and goodbye`.split('\n');

export function speak(folder, voice, text) {
  const path = join(folder, 'say.wav');
  const done = spawnSync('flite', ['-voice', voice, '-t', text, '-o', path]);
  if (done.status !== 0) throw new Error('flite does not run: install the package flite');
  return readFileSync(path).subarray(44);
}

// Seconds of processor time of a process and of the forks it has waited for.
export function processorSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').pop().split(' ');
  return (Number(stat[11]) + Number(stat[12]) + Number(stat[13]) + Number(stat[14])) / 100;
}

// One ringsight-asr; the frames are those of server/engines/pocketsphinx/protocol.h.
export class Recogniser {
  constructor(program) {
    this.child = spawn(program, [models], { stdio: ['pipe', 'pipe', 'ignore'], env: {} });
    this.input = Buffer.alloc(0);
    this.child.stdout.on('data', (part) => {
      this.input = Buffer.concat([this.input, part]);
      this.look();
    });
    this.ready = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.child.on('error', (e) => this.reject(e));
    this.child.on('exit', (code, signal) => this.reject(new Error(`ended: ${code ?? signal}`)));
  }

  look() {
    if (this.input.length < 16) return;
    const n = this.input.readUInt32LE(12);
    if (this.input.length < 16 + n) return;
    const kind = this.input.readUInt32LE(4);
    const body = this.input.subarray(16, 16 + n);
    this.input = this.input.subarray(16 + n);
    if (kind === 2) this.reject(new Error(body.toString()));
    else this.resolve(body);
  }

  hear(pcm) {
    const head = Buffer.alloc(16);
    head.write('RSA1', 'latin1');
    head.writeUInt32LE(3, 4);
    head.writeUInt32LE(pcm.length, 12);
    const words = new Promise((resolve, reject) => {
      this.resolve = (body) => resolve(Recogniser.words(body));
      this.reject = reject;
    });
    this.child.stdin.write(Buffer.concat([head, pcm]));
    return words;
  }

  static words(body) {
    const words = [];
    for (let at = 0; at < body.length; ) {
      const n = body.readUInt32LE(at + 12);
      const confidence = body.readUInt32LE(at + 8);
      words.push({ text: body.toString('latin1', at + 16, at + 16 + n), confidence });
      at += 16 + n;
    }
    return words;
  }

  end() {
    this.reject = () => {};
    this.child.stdin.end();
  }
}

export function edits(want, got) {
  let row = got.map((_, j) => j + 1);
  row.unshift(0);
  want.forEach((w, i) => {
    const next = [i + 1];
    got.forEach((g, j) => {
      next.push(Math.min(row[j] + (w === g ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    });
    row = next;
  });
  return row[got.length];
}
