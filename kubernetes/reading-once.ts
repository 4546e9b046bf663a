import type { KubernetesApi } from "./api.ts";
import { isTimeout } from "./errors.ts";

/**
 * One look at a cluster. What several ask for is read once, and what wasn't answered in time is asked for
 * once more: a machine that was busy for a moment is no fault of the mesh. What may change something is sent
 * as often as it is said.
 */
export function readingOnce(api: KubernetesApi): KubernetesApi {
  const read = new Map<string, Promise<unknown>>();
  const once = <T>(what: readonly unknown[], ask: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify(what);
    const known = read.get(key);
    if (known !== undefined) return known as Promise<T>;
    const asked = twiceAtMost(ask);
    read.set(key, asked);
    return asked;
  };
  return {
    server: api.server,
    get: (path, query) => once(["get", path, query], () => api.get(path, query)),
    text: (path, query) => once(["text", path, query], () => api.text(path, query)),
    podText: (...where) => once(["pod", ...where], () => api.podText(...where)),
    exec: (request) => api.exec(request),
    atPort: (port, use) => api.atPort(port, use),
    post: (path, body, query) => api.post(path, body, query),
    patch: (path, body, query) => api.patch(path, body, query),
    apply: (...how) => api.apply(...how),
    delete: (path) => api.delete(path),
  };
}

/** Asks once more where there was no answer in time. */
export async function twiceAtMost<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return ask();
  }
}
