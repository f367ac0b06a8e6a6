/* How spoken words are written down for reading. The offline engine hears no capitals: in English
 * the speaker's "i" is an "I". The data stays as it was heard. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

type Say = (text: string) => string;

const asHeard: Say = (text) => text;
const english: Say = (text) => text.replace(/(^|\s)i(?=$|[\s'’.,?!])/g, '$1I');

export const sayingIn = (language: string | null | undefined): Say =>
  language?.toLowerCase().startsWith('en') ? english : asHeard;

export const SpokenContext = createContext<Say>(asHeard);
export const useSpoken = () => useContext(SpokenContext);
