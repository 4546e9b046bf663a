import type { KubernetesApi } from "../kubernetes/api.ts";
import { timeLimits } from "../../planning/time-limits.ts";
import { clientPod, probeContainer } from "./names.ts";
import { inTurn } from "./turns.ts";

/** A request of the client's. */
export interface Asked {
  readonly url: string;
  /** Such as `authorization: Bearer ...`. */
  readonly headers?: readonly string[];
  /** File in the client's container with the authority of the server. */
  readonly authority?: string;
}

/** What came of it. */
export interface Answered {
  /** HTTP status; undefined: there was no answer. */
  readonly status: number | undefined;
  /** The beginning of the answer. */
  readonly body: string;
  /** Why there was no answer, in curl's words. */
  readonly error: string | undefined;
}

const mark = "=== answered ";

/**
 * Lets the client pod of a cluster ask, one request after the other, and tells what came of each. All of it
 * goes to curl through its input: commands stand in process lists and in the API server's audit log.
 *
 * @throws KubernetesApiError where the client can't be told to
 */
export async function ask(
  api: KubernetesApi,
  namespace: string,
  requests: readonly Asked[],
): Promise<readonly Answered[]> {
  const { exitCode, stdout, stderr } = await inTurn(api, () =>
    api.exec({
      namespace,
      pod: clientPod,
      container: probeContainer,
      command: ["curl", "--config", "-"],
      stdin: configOf(requests),
      limit: timeLimits.apiRequest + requests.length * timeLimits.probeRequest,
    }),
  );
  const answers = readAnswers(stdout);
  if (answers.length === requests.length) return answers;
  throw new Error(
    `curl in pod ${namespace}/${clientPod} ended with ${exitCode} after ${answers.length} of ` +
      `${requests.length} requests: ${stderr.trim() || "no reason given"}`,
  );
}

/** A configuration of curl's. */
export function configOf(requests: readonly Asked[]): string {
  const seconds = timeLimits.probeRequest / 1000;
  return requests
    .map(({ url, headers = [], authority }) =>
      [
        `url = ${quoted(url)}`,
        "silent",
        `max-time = ${seconds}`,
        // Environment variables of the image's.
        `noproxy = "*"`,
        ...headers.map((header) => `header = ${quoted(header)}`),
        ...(authority === undefined ? [] : [`cacert = ${quoted(authority)}`]),
        `write-out = ${quoted(`\\n${mark}%{http_code} %{errormsg}\\n`)}`,
      ].join("\n"),
    )
    .join("\nnext\n");
}

/** The answers in what curl wrote. */
export function readAnswers(output: string): Answered[] {
  const answers: Answered[] = [];
  let body: string[] = [];
  for (const line of output.split("\n")) {
    if (!line.startsWith(mark)) {
      body.push(line);
      continue;
    }
    const [code = "", ...words] = line.slice(mark.length).split(" ");
    const status = Number(code);
    const error = words.join(" ").trim();
    answers.push({
      status: status === 0 ? undefined : status,
      body: body.join("\n").trim().slice(0, bodyLimit),
      error: status === 0 ? error || "no answer" : undefined,
    });
    body = [];
  }
  return answers;
}

const bodyLimit = 4_000;

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** What came of a request, in a few words. */
export function wordsOf({ status, body, error }: Answered): string {
  if (status === undefined) return (error ?? "no answer").replace(/^curl: \(\d+\) /, "");
  return body === "" ? `status ${status}` : `status ${status}: ${body.slice(0, 80)}`;
}
