/** How sources get at the API servers of their targets: one access account per Link, in the target. */
export interface AccessSpec {
  /**
   * Generation of every account's token. Another number makes new tokens; the old ones go in the same
   * `up`, once the sources' controllers work with the new ones. Count up: an earlier number brings the earlier
   * token back, letter by letter.
   * @asType integer
   * @minimum 1
   * @maximum 999999
   * @default 1
   */
  readonly tokenGeneration?: number;
  /** What is otherwise for single accounts. @default [] */
  readonly accounts?: readonly AccountSpec[];
}

/** The access accounts of some Links. */
export interface AccountSpec {
  /** Source, or sources, of the Links. */
  readonly from: string | readonly string[];
  /** Target, or targets, of the Links. @default every target of those sources */
  readonly to?: string | readonly string[];
  /**
   * Generation of these tokens, in place of the one of all. Count up.
   * @asType integer
   * @minimum 1
   * @maximum 999999
   * @default that of `access`
   */
  readonly tokenGeneration?: number;
  /**
   * The source is cut off from the target: its account there has no rights and no token any more. The Link
   * stays, and its mirrors with it, as they were last; nothing keeps them up to date. Given back, it is another
   * account with another token.
   * @default false
   */
  readonly revoked?: boolean;
}
