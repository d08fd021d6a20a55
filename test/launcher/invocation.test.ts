import { expect, test } from 'bun:test';
import { parsePort, programName, readInvocation } from '../../src/launcher/invocation.ts';

const kind = (argv0: string, ...args: string[]) => readInvocation(argv0, args).kind;

test('the name decides first, then the first argument, then nothing', () => {
  expect(kind('cc-route')).toBe('manage');
  expect(kind('/usr/bin/cc-route', '--proxy-only')).toBe('manage');
  expect(kind(String.raw`C:\bin\CC-Route.EXE`)).toBe('manage');
  expect(kind('clauder')).toBe('launch');
  expect(kind('bun', 'route', 'models')).toBe('manage');
  expect(kind('clauder', '-p', 'route')).toBe('launch');
  expect(kind('clauder', '-p', '--proxy-stop')).toBe('launch');
  expect(kind('clauder', '--proxy-status', '--json')).toBe('status');
  expect(kind('clauder', '--proxy-stop')).toBe('stop');
  expect(kind('clauder', '--proxy-stop', '--help')).toBe('help');
  expect(kind('clauder', '--help')).toBe('launch');
  expect(programName('/opt/x/clauder-1.2')).toBe('clauder-1.2');
});

test('the management command gets its own arguments only', () => {
  expect(readInvocation('clauder', ['route', 'models', '--json'])).toEqual({
    kind: 'manage',
    args: ['models', '--json'],
  });
});

test('flags of the gateway', () => {
  expect(readInvocation('clauder', ['--proxy-only'])).toEqual({
    kind: 'gateway',
    flags: {},
    ephemeral: false,
    detached: false,
  });
  const args = [
    '--proxy-only',
    '--port=0',
    '--host',
    '::1',
    '--config',
    'a.json',
    '--ephemeral',
    '--detached',
  ];
  expect(readInvocation('clauder', args)).toEqual({
    kind: 'gateway',
    flags: { port: 0, host: '::1', config: 'a.json' },
    ephemeral: true,
    detached: true,
  });
});

test.each([
  [['--proxy-only', '--prot', '1'], "Unknown option '--prot'"],
  [['--proxy-only', '--port', 'x'], '--port x: a port is a number from 0 to 65535'],
  [['--proxy-only', '--port', '65536'], '--port 65536: '],
  [['--proxy-only', 'x'], "Unexpected argument 'x'"],
  [['--proxy-only', '--port'], '--port'],
  [['--proxy-status', '--jsn'], "Unknown option '--jsn'"],
] as const)('%p is wrong usage, told as such', (args, problem) => {
  const invocation = readInvocation('clauder', [...args]);
  expect(invocation).toMatchObject({ kind: 'usage-error' });
  expect(invocation).toHaveProperty('message', expect.stringContaining(problem));
});

test('ports', () => {
  expect(['0', '80', '65535', '65536', '-1', '1e3', '', ' 1', '١'].map(parsePort)).toEqual([
    0,
    80,
    65_535,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
