import { timeLimits } from "./constants.ts";
import { explainKindFailure } from "./kind-failure.ts";

/** Oldest kind that is known to work. */
const oldestVersion: readonly [number, number] = [0, 30];

/** @throws Error that says what to install if kind is missing or too old */
export async function checkKindVersion(signal: AbortSignal): Promise<void> {
  const install =
    "Install kind 0.30 or later: https://kind.sigs.k8s.io/docs/user/quick-start/#installation";
  const { execa, ExecaError } = await import("execa");
  let output: string;
  try {
    const result = await execa("kind", ["version"], {
      cancelSignal: signal,
      timeout: timeLimits.dockerCommand,
      stdin: "ignore",
    });
    output = result.stdout;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === "ENOENT") throw new Error(`there is no \`kind\` on PATH. ${install}`);
    throw new Error(`\`kind version\` failed: ${error.shortMessage}`);
  }
  const [, major, minor] = /\bv?(\d+)\.(\d+)\.\d+/.exec(output) ?? [];
  // A version without a number was built from a checkout.
  if (major === undefined || minor === undefined) return;
  const [oldestMajor, oldestMinor] = oldestVersion;
  if (Number(major) > oldestMajor || Number(minor) >= oldestMinor) return;
  throw new Error(`the \`kind\` on PATH is too old (${output.trim()}). ${install}`);
}

export interface KindCreateOptions {
  readonly name: string;
  /** Configuration, YAML. */
  readonly config: string;
  readonly network: string;
  /** File that kind writes its kubeconfig to. */
  readonly kubeconfig: string;
  readonly signal: AbortSignal;
  /** Called with each step that kind begins, such as `Starting control-plane`. */
  readonly onStep: (step: string) => void;
}

/**
 * Runs `kind create cluster`. It returns when kubeadm has finished, which doesn't mean that the nodes are
 * Ready: kind's own `--wait` exits with 0 when its time is over.
 *
 * If it fails, it leaves what it created. kind itself would clean up by the cluster's name, so a straggler of
 * a killed `up` could remove the nodes of a newer attempt.
 */
export async function kindCreate(options: KindCreateOptions): Promise<void> {
  const { execa, ExecaError } = await import("execa");
  const log: string[] = [];
  const child = execa(
    "kind",
    [
      ...["create", "cluster", "--name", options.name, "--config", "-", "--retain"],
      ...["--kubeconfig", options.kubeconfig],
    ],
    {
      input: options.config,
      stdout: "ignore",
      timeout: timeLimits.clusterCreate,
      // A process group of its own, because the docker commands that kind runs must end with it.
      detached: true,
      env: {
        KIND_EXPERIMENTAL_PROVIDER: "docker",
        KIND_EXPERIMENTAL_DOCKER_NETWORK: options.network,
        KUBECONFIG: options.kubeconfig,
      },
    },
  );
  const stop = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  options.signal.addEventListener("abort", stop, { once: true });
  try {
    if (options.signal.aborted) stop();
    // The lines end with the process, whose failure is handled below.
    const follow = async (): Promise<void> => {
      for await (const line of child.iterable({ from: "stderr" })) {
        log.push(line);
        const step = /^ • (.*?)[^\w)]*\.\.\.$/.exec(line)?.[1];
        if (step !== undefined) options.onStep(step);
      }
    };
    await Promise.all([child, follow().catch(() => undefined)]);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    stop();
    throw explainKindFailure(options.name, log, {
      timedOut: error.timedOut,
      missing: error.code === "ENOENT",
    });
  } finally {
    options.signal.removeEventListener("abort", stop);
  }
}
