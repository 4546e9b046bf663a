import DataLoader from "dataloader";
import type { KubernetesApi } from "../../kubernetes/api.ts";

/** For so long a question waits for others, in milliseconds. */
const moment = 50;

/**
 * Puts questions to one cluster together that come within a moment of each other: a command in a pod costs
 * the same for one request as for twenty.
 *
 * @param most questions that go together
 * @param ask gives an answer for each, or the error of one
 */
export function together<Question, Answer>(
  most: number,
  ask: (api: KubernetesApi, questions: readonly Question[]) => Promise<readonly (Answer | Error)[]>,
): (api: KubernetesApi, question: Question) => Promise<Answer> {
  const loaders = new WeakMap<KubernetesApi, DataLoader<Question, Answer>>();
  return (api, question) => {
    let loader = loaders.get(api);
    if (loader === undefined) {
      loader = new DataLoader((questions: readonly Question[]) => ask(api, questions), {
        // The same question is put again to see what has changed.
        cache: false,
        maxBatchSize: most,
        batchScheduleFn: (begin) => setTimeout(begin, moment),
      });
      loaders.set(api, loader);
    }
    return loader.load(question);
  };
}
