/* The whole address of an integration, while this window still knows it: it is shown once, and the
 * guide and the trial of the address use it until then. Never stored. */
import { signal } from '@preact/signals';

const shown = signal<{ id: string; url: string }>({ id: '', url: '' });

export const rememberAddress = (id: string, url: string) => {
  shown.value = { id, url };
};
export const addressOf = (id: string) => (shown.value.id === id ? shown.value.url : '');
