import type * as z from "zod";
import { limits } from "../limits.ts";
import { clusterOrClusters, integer, list, object, yesOrNo } from "../topology/schema-parts.ts";

const tokenGeneration = () =>
  integer(
    1,
    limits.tokenGeneration,
    "the number of a generation",
    "write a number such as 2, another than before",
  ).exactOptional();

const account = object(
  {
    /**
     * Source, or sources, of the Links.
     * @example west
     */
    from: clusterOrClusters(),
    /**
     * Target, or targets, of the Links.
     * @default every target of those sources
     * @example [east, north]
     */
    to: clusterOrClusters().exactOptional(),
    /**
     * Generation of these tokens, in place of the one for all accounts. Count up.
     * @default that of `access`
     * @example 3
     */
    tokenGeneration: tokenGeneration(),
    /**
     * The source is cut off from the target: its account there has no rights and no token any more. The
     * Link and its mirrors stay as they were last; nothing keeps them up to date. If you take this back,
     * the source gets another account with another token.
     * @default false
     * @example true
     */
    revoked: yesOrNo().exactOptional(),
  },
  "a description of access accounts",
  'write a map such as "- { from: west, to: east, revoked: true }"',
);

/** The access accounts of some Links. */
export interface AccountSpec extends Readonly<z.infer<typeof account>> {}

export const accessSchema = object(
  {
    /**
     * Generation of every account's token. Another number makes new tokens. The old ones go in the same
     * `up`, once the sources' controllers work with the new ones. Count up: an earlier number brings the
     * earlier token back, letter by letter.
     * @default 1
     * @example 2
     */
    tokenGeneration: tokenGeneration(),
    /**
     * Settings of single accounts.
     * @default []
     * @example [{ from: west, to: east, revoked: true }]
     */
    accounts: list<AccountSpec>(
      account,
      "a list of access accounts",
      'write a list such as "- { from: west, to: east, revoked: true }"',
    ).exactOptional(),
  },
  "a description of the access accounts",
  "write a map such as { tokenGeneration: 2 }",
);

/** How sources reach the API servers of their targets: one access account per Link, in the target. */
export interface AccessSpec extends Readonly<z.infer<typeof accessSchema>> {}
