/* Mails as the demo's mail server kept them, read by a parser that is not ours. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { facts, until } from './house.ts';

export const mailFolder = join(dirname(resolve(facts)), 'mail');

export interface Mail extends ParsedMail { raw: string; link: string }

const names = (): string[] => readdirSync(mailFolder).filter((n) => n.endsWith('.eml') && !n.startsWith('.')).sort();

/** All mails to an address, the oldest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const found: Mail[] = [];
  for (const name of names()) {
    const raw = readFileSync(join(mailFolder, name), 'utf8');
    if (!raw.includes(`<${address}>`)) continue;
    const mail = await simpleParser(raw);
    found.push(Object.assign(mail, { raw, link: mail.text?.match(/^https?:\S+#\S+$/m)?.[0] ?? '' }));
  }
  return found;
}

/** The n-th mail to an address, once it is there. */
export const mailTo = (address: string, n = 1): Promise<Mail> =>
  until(`mail ${n} to ${address}`, 60_000, async () => (await mailsTo(address))[n - 1]);

/** What stands behind # in a link. */
export const tokenOf = (link: string): string => link.split('#')[1] ?? '';
