import DataLoader from "dataloader";
import type { KubernetesApi } from "../../kubernetes/api.ts";

/** How long a question waits for others, in milliseconds. */
const moment = 50;

/**
 * Batches questions to one cluster that come within a moment of each other. A command in a pod costs the same
 * for one request as for twenty.
 *
 * @param most the most questions in a batch
 * @param ask returns an answer for each, or the error of one
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
        // Callers repeat a question to see what has changed.
        cache: false,
        maxBatchSize: most,
        batchScheduleFn: (begin) => setTimeout(begin, moment),
      });
      loaders.set(api, loader);
    }
    return loader.load(question);
  };
}
