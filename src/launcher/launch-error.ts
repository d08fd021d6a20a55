/** Something the person at the terminal has to mend. The message is complete: cause and next step. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  /** What the process ends with. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
