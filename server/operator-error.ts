/**
 * Something that whoever runs the server has to put right: the message says what is wrong and what would be right, and is
 * all that is shown.
 */
export class OperatorError extends Error {
  override name = "OperatorError";
}
