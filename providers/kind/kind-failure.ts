import { timeLimits } from "./constants.ts";

/** How many lines of kind's log go into an error. */
const tailLength = 25;

/** kind failed, and its nodes are still there. */
export class KindError extends Error {}

/** Docker gave the port that kind had found free to another process in the meantime. */
export class PortTakenError extends Error {
  readonly port: number;

  constructor(port: number, message: string) {
    super(message);
    this.name = "PortTakenError";
    this.port = port;
  }
}

interface Known {
  readonly pattern: RegExp;
  readonly explanation: string;
}

const known: readonly Known[] = [
  {
    pattern: /no space left on device/i,
    explanation:
      "the disk is full. Free some of Docker's space (`docker system df`, `docker system prune`)",
  },
  {
    pattern: /too many open files|inotify/i,
    explanation:
      "the kernel's inotify instances are used up. Raise them: " +
      "`sudo sysctl fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288`",
  },
  {
    pattern:
      /failed to pull image|pull access denied|no basic auth|authentication required|manifest unknown|no such image|toomanyrequests/i,
    explanation:
      "the image is not on this machine and can't be pulled. Check its name and the connection to its registry, log " +
      "in where it wants that (`docker login`), or load it with `docker load`. For a node, a mirror's image can be " +
      "named as nodeImage; the load balancer of several control planes has the name that kind asks for",
  },
  {
    pattern: /cannot allocate memory|oomkilled|out of memory/i,
    explanation:
      "the memory is used up. Remove clusters, or give the machine (Docker Desktop: its VM) more",
  },
  {
    pattern: /could not find a log line that matches/i,
    explanation:
      "a node's container started, but its system did not come up. Most often inotify instances, memory " +
      "or the cgroup set-up of the machine are the reason; `docker logs` of such a container tells",
  },
];

/**
 * The error for a failed `kind create cluster`: what it means, if that is known, and the end of kind's log.
 */
export function explainKindFailure(
  kindName: string,
  log: readonly string[],
  { timedOut, missing }: { timedOut: boolean; missing: boolean },
): Error {
  if (missing) {
    return new Error("there is no `kind` on PATH. Install kind 0.30 or later.");
  }
  const text = log.join("\n");
  const tail = tailOf(log);
  const subject = `kind could not create the cluster ${JSON.stringify(kindName)}`;
  const port =
    /(?:bind for|listen tcp4?|listen udp4?) [\d.]+:(\d+)|exposing port \S+ [\d.]+:(\d+)/i.exec(
      text,
    );
  if (port !== null && /already allocated|already in use/i.test(text)) {
    const number = Number(port[1] ?? port[2]);
    return new PortTakenError(
      number,
      `${subject}: port ${number} of this machine is in use. Free it, or choose another hostPort.\n${tail}`,
    );
  }
  const explanation =
    known.find(({ pattern }) => pattern.test(text))?.explanation ??
    (timedOut ? `it did not finish within ${timeLimits.clusterCreate / 1000} s` : undefined);
  return new KindError(
    `${subject}${explanation === undefined ? "" : `: ${explanation}`}.\n${tail}`,
  );
}

/** The end of kind's log, without the stack trace of the Go program and without join tokens. */
export function tailOf(log: readonly string[]): string {
  const trace = log.findIndex((line) => line.startsWith("Stack Trace"));
  const told = (trace === -1 ? log : log.slice(0, trace)).filter(
    (line) => line.trim() !== "" && !line.startsWith("WARNING: "),
  );
  const kept = told.slice(-tailLength).map((line) => `  | ${redact(line.trimEnd())}`);
  return kept.length === 0 ? "  (kind said nothing)" : `The end of its log:\n${kept.join("\n")}`;
}

function redact(line: string): string {
  return line.replace(/(--(?:token|certificate-key)[ =])\S+/g, "$1[secret]");
}
