/* Types, finders and values of customer fields, in words. */
import { capital } from '../../ui/format';

export const types: Record<string, string> = {
  text: 'Text',
  number: 'Number',
  money: 'Amount of money',
  date: 'Date',
  email: 'E-mail address',
  phone: 'Phone number',
  choice: 'One of some choices',
  yes_no: 'Yes or no',
};

export const finders: Record<string, string> = {
  name: 'The name they give',
  mail: 'A mail address they spell',
  phone: 'A phone number they give',
  budget: 'A budget they name',
  place: 'A place they name',
  requirements: 'What they are looking for',
  timeline: 'How soon they decide',
  phrases: 'What follows a phrase',
  pattern: 'A pattern',
  none: 'Not found in calls: written by people',
};

/** "an amount of money", for a sentence. */
export function typeWord(type: string | undefined): string {
  const word = (types[type ?? 'text'] ?? 'text').toLowerCase();
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}

/** "250000 GBP" as £250,000, 3_MONTHS as "3 months"; the rest as it is. */
export function shownValue(value: string): string {
  const money = /^(-?\d+(?:\.\d+)?) ([A-Z]{3})$/.exec(value);
  if (money)
    return new Intl.NumberFormat('en-GB', {
      style: 'currency',
      currency: money[2] ?? 'GBP',
      minimumFractionDigits: value.includes('.') ? 2 : 0,
      maximumFractionDigits: 2,
    }).format(Number(money[1]));
  return /^[A-Z0-9]+(_[A-Z0-9]+)+$|^[A-Z]{4,}$/.test(value)
    ? capital(value.toLowerCase().replaceAll('_', ' '))
    : value;
}
