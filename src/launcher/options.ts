/** An option among somebody's arguments, as `--name value` or `--name=value`. */
export interface FoundOption {
  /** Of the argument that holds the value. */
  readonly index: number;
  /** What stands before the value in that argument. */
  readonly prefix: string;
  readonly value: string;
}

/** Every occurrence of an option with a value, in order. What stands behind `--` is no option. */
export function findOptions(args: readonly string[], name: `--${string}`): FoundOption[] {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  return options.flatMap((arg, index) => {
    if (arg.startsWith(`${name}=`)) {
      return [{ index, prefix: `${name}=`, value: arg.slice(name.length + 1) }];
    }
    return options[index - 1] === name ? [{ index, prefix: '', value: arg }] : [];
  });
}

/** Whether a flag without a value is given, by one of its names. */
export function hasFlag(args: readonly string[], ...names: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.some((arg, index) => names.includes(arg) && (end === -1 || index < end));
}

/** The arguments with another value in the place of one. */
export const replaceValue = (
  args: readonly string[],
  { index, prefix }: FoundOption,
  value: string,
): readonly string[] => args.with(index, prefix + value);
