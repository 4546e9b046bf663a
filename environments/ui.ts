import { readAssets } from "../ui/assets.ts";
import { Live, looksAt } from "../ui/live.ts";
import type { Observation } from "../ui/page-model.ts";
import { type PageServer, servePage } from "../ui/server.ts";
import type { CheckResult } from "../verification/index.ts";
import { badInput } from "./command-error.ts";
import { runningStack, type StackRequest } from "./mesh-of-stack.ts";

export interface PageRequest extends StackRequest {
  /** @default one that is free */
  readonly port?: number | undefined;
  /** From the end of a look to the next, at least, in milliseconds. @default 10000 */
  readonly interval?: number | undefined;
  /** See `VerifyOptions`. */
  readonly concurrency?: number | undefined;
  /** Makes command lines of the commands that messages name. @default they stay as they are */
  readonly spelled?: ((text: string) => string) | undefined;
}

/** The live page of what runs of a stack. */
export interface LivePage {
  /** Address with a token: who has it may look. */
  readonly url: string;
  /** Ends open pages and looking. */
  close(): Promise<void>;
}

/**
 * Serves the live page of a running mesh on the loopback address. It looks at the mesh only while a page is open,
 * and changes nothing in it.
 *
 * @throws CommandError, exit code 3, where the stack is not up; exit code 2 where the port is taken
 */
export async function livePage(request: PageRequest): Promise<LivePage> {
  const { port, interval = 10_000, concurrency, spelled = (text) => text } = request;
  const asked = { ...request, command: "ui" };
  // What is not up is said at once, and not on a page.
  await runningStack(asked);
  const findMesh = async (signal: AbortSignal) => (await runningStack({ ...asked, signal })).mesh;
  const looks = looksAt(findMesh, { interval, concurrency });
  const live = new Live(({ signal, onObservation }) =>
    looks({ signal, onObservation: (one) => onObservation(withCommands(one, spelled)) }),
  );
  const assets = await readAssets();
  const options = { assets, listen: live.listen.bind(live), ...(port !== undefined && { port }) };
  const server = await servePage(options).catch((error: unknown): PageServer => {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw badInput(
      `port ${port ?? 0} is taken: give another one, or none, so that a free one is taken`,
    );
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await live.stop();
    },
  };
}

function withCommands(
  { verification, ...observation }: Observation,
  spelled: (text: string) => string,
): Observation {
  const results = verification.results.map((result): CheckResult => {
    const { notice } = result;
    return {
      ...result,
      ...(notice !== undefined && { notice: spelled(notice) }),
      ...(result.state === "failed" && {
        problem: spelled(result.problem),
        mend: spelled(result.mend),
      }),
    };
  });
  return { ...observation, verification: { ...verification, results } };
}
