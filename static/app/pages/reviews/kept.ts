/* The answers of a review that is not submitted yet, kept in this browser: a reload loses none. */
import { useEffect, useState } from 'preact/hooks';
import type { Answer } from './question-answer';

type Answers = Record<string, Answer>;

const keyOf = (review: string) => `ringsight.review.${review}`;

function kept(review: string): Answers {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(review)) ?? '{}') as Answers;
  } catch {
    return {};
  }
}

export const forget = (review: string) => sessionStorage.removeItem(keyOf(review));

export function useAnswers(review: string) {
  const [answers, setAnswers] = useState<Answers>(() => kept(review));
  useEffect(() => {
    if (Object.keys(answers).length) sessionStorage.setItem(keyOf(review), JSON.stringify(answers));
  }, [answers]);
  return [answers, setAnswers] as const;
}
