import type { Asked, Answered, Asker } from "./asked.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { clientPod, probeContainer } from "./names.ts";
import { apiOf, type ProbeContext } from "./probe-context.ts";
import { together } from "./together.ts";

const mark = "=== answered ";

/** The most requests in one command. */
const mostTogether = 24;

/**
 * Asks from the client pods of a namespace. One command puts simultaneous questions of a cluster together.
 */
export function askerIn(namespace: string): Asker {
  return together(mostTogether, (api, requests: readonly Asked[]) =>
    askTogether(api, namespace, requests),
  );
}

/**
 * Sends requests from the client pod of a cluster and returns the result of each.
 *
 * @param options.again false: the caller repeats requests itself. @default requests without an answer in time
 *   are sent once more
 * @throws KubernetesApiError if the command can't run in the client
 */
export async function ask(
  context: Pick<ProbeContext, "apis" | "asker">,
  cluster: string,
  requests: readonly Asked[],
  { again = true }: { readonly again?: boolean } = {},
): Promise<readonly Answered[]> {
  const api = apiOf(context, cluster);
  return Promise.all(
    requests.map(async (request) => {
      const answered = await context.asker(api, request);
      return again && isLate(answered) ? context.asker(api, request) : answered;
    }),
  );
}

/** Whether a request reached its time limit, perhaps because the machine is slow. */
export function isLate({ error }: Answered): boolean {
  return error !== undefined && /timed out|timeout/i.test(error);
}

/**
 * Sends the requests one after the other. curl gets them through its input, because command lines appear in
 * process lists and in the API server's audit log.
 */
async function askTogether(
  api: KubernetesApi,
  namespace: string,
  requests: readonly Asked[],
): Promise<readonly Answered[]> {
  const { exitCode, stdout, stderr } = await api.exec({
    namespace,
    pod: clientPod,
    container: probeContainer,
    command: ["curl", "--config", "-"],
    stdin: configOf(requests),
    limit: timeLimits.apiRequest + requests.length * timeLimits.probeRequest,
  });
  const answers = readAnswers(stdout);
  if (answers.length === requests.length) return answers;
  throw new Error(
    `curl in pod ${namespace}/${clientPod} ended with ${exitCode} after ${answers.length} of ` +
      `${requests.length} requests: ${stderr.trim() || "no reason given"}`,
  );
}

/** A configuration for curl. */
export function configOf(requests: readonly Asked[]): string {
  const seconds = timeLimits.probeRequest / 1000;
  return requests
    .map(({ url, method, grpc = false, headers = [], authority, serverName }, index) =>
      [
        ...(serverName === undefined && !grpc
          ? [`url = ${quoted(url)}`]
          : underName(url, serverName ?? `call-${index}`)),
        "silent",
        `max-time = ${seconds}`,
        // Environment variables of the image.
        `noproxy = "*"`,
        ...(method === undefined ? [] : [`request = ${quoted(method)}`]),
        ...(grpc ? [...grpcCall, `header = ${quoted(`host: ${new URL(url).host}`)}`] : []),
        ...headers.map((header) => `header = ${quoted(header)}`),
        ...(authority === undefined ? [] : [`cacert = ${quoted(authority)}`]),
        `write-out = ${quoted(`${grpc ? grpcAnswer : ""}\\n${mark}%{http_code} %{errormsg}\\n`)}`,
      ].join("\n"),
    )
    .join("\nnext\n");
}

/**
 * The host of each call has a name of its own, because Debian's curl can't send a second call over a connection
 * (error in the HTTP2 framing layer).
 */
const grpcCall = [
  "http2-prior-knowledge",
  `request = "POST"`,
  `header = "content-type: application/grpc"`,
  `header = "te: trailers"`,
];
const grpcAnswer = "%header{grpc-status} %header{grpc-message}";

/** A URL whose host is looked up under another name: curl checks the certificate by the name in the URL. */
function underName(url: string, name: string): string[] {
  const { hostname, port } = new URL(url);
  const named = url.replace(`//${hostname}`, `//${name}`);
  return [
    `url = ${quoted(named)}`,
    `connect-to = ${quoted(`${name}:${port}:${hostname}:${port}`)}`,
  ];
}

/** Reads the answers from curl's output. */
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

/** The result of a request, in a few words. */
export function wordsOf({ status, body, error }: Answered): string {
  if (status === undefined) return (error ?? "no answer").replace(/^curl: \(\d+\) /, "");
  return body === "" ? `status ${status}` : `status ${status}: ${body.slice(0, 80)}`;
}

/** Why a request that must fail proves nothing. */
export function notAnswered(answered: Answered | undefined): string {
  return `no refusal in time: ${answered === undefined ? "nothing was asked" : wordsOf(answered)}`;
}
