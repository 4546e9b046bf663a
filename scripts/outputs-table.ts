import * as z from "zod";
import { served } from "../plugin/component-schemas.ts";
import { markdownTable, withGeneratedPart } from "./generated-part.ts";

/** The marks of a schema that say what may be an output. */
interface Marked {
  readonly output?: boolean;
  readonly references?: readonly string[];
  readonly items?: Marked;
  readonly additionalProperties?: Marked | boolean;
  readonly properties?: Readonly<Record<string, Marked>>;
}

/** The inputs of a component that are not plain, by their names. */
export interface TakingOutputs {
  /** Also `gateway.addresses`, if other members of `gateway` are plain. */
  readonly whole: readonly string[];
  /** Those whose members may be outputs. */
  readonly members: readonly string[];
  /** Those that are other components. */
  readonly components: readonly string[];
}

/** What may be an output of the inputs that the package schema of the plugin has. */
export function takingOutputs(inputs: Readonly<Record<string, z.ZodType>>): TakingOutputs {
  const { properties = {} } = z.toJSONSchema(z.object(inputs), { io: "input" }) as Marked;
  const keysOf = (is: (one: Marked) => boolean) =>
    Object.keys(properties).filter((key) => is(properties[key] ?? {}));
  const isOutput = ({ output }: Marked): boolean => output === true;
  const isPartly = (one: Marked): boolean =>
    membersOf(one).some(isOutput) && !membersOf(one).every(isOutput);
  const parts = keysOf(isPartly).flatMap((key) =>
    Object.entries(properties[key]?.properties ?? {}).flatMap(([member, one]) =>
      isOutput(one) ? [`${key}.${member}`] : [],
    ),
  );
  return {
    whole: [...keysOf(isOutput), ...parts],
    members: keysOf((one) => membersOf(one).some(isOutput) && !isPartly(one)),
    components: keysOf((one) => [one, ...membersOf(one)].some(({ references }) => references)),
  };
}

function membersOf({ items, additionalProperties, properties = {} }: Marked): Marked[] {
  const alike = [items, additionalProperties].filter((one) => typeof one === "object");
  return [...alike, ...Object.values(properties)];
}

/** docs/library.md with a new table of these inputs between `<!-- outputs -->` and `<!-- end -->`. */
export function refreshOutputs(page: string): Promise<string> {
  const rows = Object.entries(served).flatMap(([name, { inputs }]) => {
    const { whole, members } = takingOutputs(inputs);
    if (whole.length + members.length === 0) return [];
    return [[`\`${name}\``, code(whole), code(members)]];
  });
  const head = ["Component", "May be outputs", "Their members may be outputs"];
  return withGeneratedPart(page, "outputs", markdownTable(head, rows));
}

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
