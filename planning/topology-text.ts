/**
 * Text that is not empty and has no space around it.
 * @pattern ^\S([\s\S]*\S)?$
 */
export type PlainText = string;

/**
 * Text that is not blank.
 * @pattern \S
 */
export type NotBlank = string;

/**
 * The value of a label.
 * @pattern ^(|[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)$
 */
export type LabelValue = string;
