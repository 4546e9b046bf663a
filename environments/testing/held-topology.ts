import type { RunMesh } from "../runs/run-mesh.ts";

/** A mesh that is up until it is released. */
export interface HeldMesh {
  readonly mesh: RunMesh;
  /** Removes it. @throws what could not be removed, and why */
  readonly release: () => Promise<void>;
}

/** Makes of a mesh that a function uses one that hooks can hold: they are called one by one. */
export async function hold(
  use: (held: (mesh: RunMesh) => Promise<void>) => Promise<void>,
): Promise<HeldMesh> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let ended: Promise<void> = Promise.resolve();
  const mesh = await new Promise<RunMesh>((resolve, reject) => {
    ended = use(async (up) => {
      resolve(up);
      await released;
    });
    // An `up` that fails ends before there is a mesh.
    ended.catch(reject);
  });
  return {
    mesh,
    release: async () => {
      release();
      await ended;
    },
  };
}
