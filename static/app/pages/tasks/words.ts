/* When a task is due, in words. */
import { dateOf, isToday } from '../../ui/format';

export function dayLabel(due: string | null, overdue: boolean, zone: string): string {
  if (!due) return 'No date';
  if (isToday(due, zone)) return overdue ? 'Overdue today' : 'Today';
  return overdue ? `Overdue since ${dateOf(due, zone)}` : dateOf(due, zone);
}
